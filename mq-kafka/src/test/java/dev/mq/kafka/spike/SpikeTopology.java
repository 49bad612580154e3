package dev.mq.kafka.spike;

import dev.mq.spi.TopologyLog;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/** The topology log: one partition, not compacted. */
final class SpikeTopology implements TopologyLog {
  static final TopicPartition PARTITION = new TopicPartition("mq.topology", 0);
  private final KafkaSpike session;
  private final ThreadFactory threads;
  private final KafkaProducer<byte[], byte[]> producer;

  SpikeTopology(KafkaSpike session, ThreadFactory threads) {
    this.session = session;
    this.threads = threads;
    this.producer = session.producer();
  }

  @Override
  public long append(byte[] command) {
    return KafkaSpike.get(producer.send(new ProducerRecord<>(PARTITION.topic(), command))).offset();
  }

  @Override
  public void readEnd(EndCallback callback) {
    KafkaFuture<ListOffsetsResultInfo> end =
        session
            .admin
            .listOffsets(Map.of(PARTITION, OffsetSpec.latest()))
            .partitionResult(PARTITION);
    end.whenComplete(
        (info, error) -> {
          if (error == null) {
            callback.end(info.offset());
          } else {
            callback.failed(error);
          }
        });
  }

  @Override
  public Subscription follow(Follower follower) {
    KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(session.consumer(Map.of()));
    consumer.assign(List.of(PARTITION));
    consumer.seekToBeginning(List.of(PARTITION));
    Thread thread = threads.newThread(() -> run(consumer, follower));
    thread.start();
    return () -> {
      consumer.wakeup();
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    };
  }

  private static void run(KafkaConsumer<byte[], byte[]> consumer, Follower follower) {
    try (consumer) {
      while (true) {
        for (ConsumerRecord<byte[], byte[]> r : consumer.poll(Duration.ofMinutes(1))) {
          follower.command(r.offset(), r.value());
        }
        follower.reached(consumer.position(PARTITION));
      }
    } catch (WakeupException e) {
      // Told to stop.
    }
  }

  @Override
  public void trim(long below) {
    KafkaSpike.get(
        session.admin.deleteRecords(Map.of(PARTITION, RecordsToDelete.beforeOffset(below))).all());
  }

  void close() {
    producer.close(Duration.ZERO);
  }
}
