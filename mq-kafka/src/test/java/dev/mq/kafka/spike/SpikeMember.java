package dev.mq.kafka.spike;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.Positions;
import dev.mq.kafka.spike.KafkaSpike.Topic;
import dev.mq.spi.GroupListener;
import dev.mq.spi.GroupMember;
import dev.mq.spi.RecordBatch;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;

/** A member of a log group that starts at the beginning. */
final class SpikeMember implements GroupMember, ConsumerRebalanceListener {
  final KafkaConsumer<byte[], byte[]> consumer;
  private final Topic log;
  private final GroupListener listener;
  private final Set<TopicPartition> owned = new HashSet<>();
  private boolean inListener;

  SpikeMember(KafkaSpike session, Topic log, String group, GroupListener listener) {
    this.log = log;
    this.listener = listener;
    Map<String, Object> settings = new HashMap<>(Map.of("group.protocol", "consumer"));
    settings.put("group.id", group);
    settings.put("enable.auto.commit", false);
    settings.put("auto.offset.reset", "earliest");
    this.consumer = new KafkaConsumer<>(session.consumer(settings));
    consumer.subscribe(List.of(log.topic()), this);
  }

  @Override
  public int poll(RecordBatch batch, long maxWaitNanos) throws InterruptedException {
    ConsumerRecords<byte[], byte[]> records;
    try {
      records = consumer.poll(Duration.ofNanos(maxWaitNanos));
    } catch (WakeupException e) {
      return 0;
    } catch (InterruptException e) {
      Thread.interrupted();
      throw new InterruptedException();
    }
    int before = batch.size();
    for (TopicPartition p : records.partitions()) {
      for (ConsumerRecord<byte[], byte[]> r : records.records(p)) {
        if (batch.room() == 0) {
          // What does not fit can only be read again.
          consumer.seek(p, r.offset());
          break;
        }
        batch.add(p.partition(), r.offset(), r.timestamp(), KafkaSpike.message(r));
      }
    }
    return batch.size() - before;
  }

  @Override
  public void commit(Positions positions, CommitCallback callback) {
    Map<TopicPartition, OffsetAndMetadata> offsets = offsets(positions);
    if (!owned.containsAll(offsets.keySet())) {
      // The broker would take it, and the position of the new owner would go back.
      callback.done(new MqException(ErrorCode.FENCED, positions + ": owned are only " + owned));
    } else if (inListener) {
      // Nothing polls now, and only a poll would answer an asynchronous commit.
      try {
        consumer.commitSync(offsets);
        callback.done(null);
      } catch (RuntimeException e) {
        callback.done(e);
      }
    } else {
      consumer.commitAsync(offsets, (done, error) -> callback.done(error));
    }
  }

  Map<TopicPartition, OffsetAndMetadata> offsets(Positions positions) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    positions.offsets().forEach((p, o) -> offsets.put(log.partition(p), new OffsetAndMetadata(o)));
    return offsets;
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    owned.addAll(partitions);
    tell(partitions, GroupListener::assigned);
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    tell(partitions, GroupListener::revoked);
    owned.removeAll(partitions);
  }

  @Override
  public void onPartitionsLost(Collection<TopicPartition> partitions) {
    owned.removeAll(partitions);
    tell(partitions, GroupListener::lost);
  }

  private void tell(Collection<TopicPartition> partitions, BiConsumer<GroupListener, int[]> what) {
    inListener = true;
    what.accept(listener, partitions.stream().mapToInt(TopicPartition::partition).toArray());
    inListener = false;
  }

  @Override
  public void seek(int partition, long offset) {
    consumer.seek(log.partition(partition), offset);
  }

  @Override
  public long position(int partition) {
    return consumer.position(log.partition(partition));
  }

  @Override
  public void pause(int partition) {
    consumer.pause(List.of(log.partition(partition)));
  }

  @Override
  public void resume(int partition) {
    consumer.resume(List.of(log.partition(partition)));
  }

  @Override
  public void wakeup() {
    consumer.wakeup();
  }

  @Override
  public void close() {
    consumer.close();
  }
}
