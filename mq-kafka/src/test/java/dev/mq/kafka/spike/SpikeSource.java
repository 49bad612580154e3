package dev.mq.kafka.spike;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.Positions;
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
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/** A reader, or with a listener a member of a group: one consumer. */
final class SpikeSource implements GroupMember, ConsumerRebalanceListener {
  final KafkaConsumer<byte[], byte[]> consumer;
  private final String topic;
  private final @Nullable GroupListener listener;
  private final Set<TopicPartition> owned = new HashSet<>();
  private boolean inCallback;

  SpikeSource(KafkaSpike session, String topic, Map<String, Object> settings, @Nullable GroupListener listener) {
    this.topic = topic;
    this.listener = listener;
    Map<String, Object> all = new HashMap<>(settings);
    all.put("enable.auto.commit", false);
    this.consumer = new KafkaConsumer<>(session.consumer(all));
    if (listener != null) {
      consumer.subscribe(List.of(topic), this);
    }
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
    int n = 0;
    for (TopicPartition p : records.partitions()) {
      for (ConsumerRecord<byte[], byte[]> r : records.records(p)) {
        if (batch.room() == 0) {
          // The client has no way to give back what it handed out but to read it again.
          consumer.seek(p, r.offset());
          break;
        }
        batch.add(p.partition(), r.offset(), r.timestamp(), KafkaSpike.message(r));
        n++;
      }
    }
    return n;
  }

  @Override
  public void seek(int partition, long offset) {
    TopicPartition p = new TopicPartition(topic, partition);
    if (listener == null && owned.add(p)) {
      consumer.assign(owned);
    }
    if (offset < consumer.beginningOffsets(List.of(p)).get(p) || offset > consumer.endOffsets(List.of(p)).get(p)) {
      throw new MqException(ErrorCode.OUT_OF_RANGE, "seek " + p + " to " + offset);
    }
    consumer.seek(p, offset);
  }

  @Override
  public void pause(int partition) {
    consumer.pause(List.of(new TopicPartition(topic, partition)));
  }

  @Override
  public void resume(int partition) {
    consumer.resume(List.of(new TopicPartition(topic, partition)));
  }

  @Override
  public void wakeup() {
    consumer.wakeup();
  }

  @Override
  public void commit(Positions positions, CommitCallback callback) {
    Map<TopicPartition, OffsetAndMetadata> offsets = SpikeLogs.committable(topic, positions);
    if (!owned.containsAll(offsets.keySet())) {
      // The broker would take it, and the position of the new owner would go back.
      callback.done(new MqException(ErrorCode.FENCED, "commit " + positions + ": only " + owned + " are owned"));
    } else if (inCallback) {
      callback.done(commitNow(offsets));
    } else {
      consumer.commitAsync(offsets, (done, error) -> callback.done(error));
    }
  }

  /** Inside a rebalance nothing polls, so that an asynchronous commit would never be answered. */
  private @Nullable Throwable commitNow(Map<TopicPartition, OffsetAndMetadata> offsets) {
    try {
      consumer.commitSync(offsets);
      return null;
    } catch (WakeupException e) {
      consumer.wakeup();
      return e;
    } catch (RuntimeException e) {
      return e;
    }
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

  private void tell(Collection<TopicPartition> partitions, java.util.function.BiConsumer<GroupListener, int[]> what) {
    if (listener != null && !partitions.isEmpty()) {
      inCallback = true;
      what.accept(listener, partitions.stream().mapToInt(TopicPartition::partition).toArray());
      inCallback = false;
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
