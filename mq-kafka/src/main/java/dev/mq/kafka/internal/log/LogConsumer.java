package dev.mq.kafka.internal.log;

import static java.util.Objects.requireNonNull;

import dev.mq.kafka.internal.wire.RecordReader;
import dev.mq.spi.RecordBatch;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * What a reader and a member of a group have in common: one client that polls a log. Used by one
 * thread at a time, but for {@link #wakeup}.
 *
 * <p>The client hands out at most as many records as it was made with, which fit into the batch; so
 * none is left over that would have to be kept or read again.
 */
final class LogConsumer {
  final KafkaConsumer<byte[], byte[]> client;
  final WakeGate gate;
  final KafkaLog log;
  private final TimeSource time;

  LogConsumer(KafkaConsumer<byte[], byte[]> client, KafkaLog log, TimeSource time) {
    this.client = requireNonNull(client, "client");
    this.log = requireNonNull(log, "log");
    this.time = requireNonNull(time, "time");
    this.gate = new WakeGate(client::wakeup);
  }

  /**
   * Polls until there is something or the time is over.
   *
   * @param slice how long the client may wait at a time: what came up is looked at between
   * @param noOffset told of partitions that the client does not know where to start
   */
  int poll(
      RecordBatch batch,
      long maxWaitNanos,
      LongSupplier slice,
      Consumer<Set<TopicPartition>> noOffset)
      throws InterruptedException {
    log.checkThere("poll");
    long start = time.nanoTime();
    long left = gate.enter() ? 0 : maxWaitNanos;
    try {
      while (true) {
        int n = pollOnce(batch, Math.min(left, slice.getAsLong()), noOffset);
        left = maxWaitNanos - (time.nanoTime() - start);
        if (n > 0 || left <= 0 || gate.isWoken()) {
          return n;
        }
      }
    } finally {
      gate.exit();
    }
  }

  private int pollOnce(RecordBatch batch, long waitNanos, Consumer<Set<TopicPartition>> noOffset)
      throws InterruptedException {
    try {
      return fill(batch, client.poll(Duration.ofNanos(waitNanos)));
    } catch (WakeupException e) {
      gate.thrown();
      return 0;
    } catch (NoOffsetForPartitionException e) {
      noOffset.accept(e.partitions());
      return 0;
    } catch (InterruptException e) {
      Thread.interrupted();
      InterruptedException interrupted = new InterruptedException("poll log:" + log.name());
      interrupted.initCause(e);
      throw interrupted;
    }
  }

  private static int fill(RecordBatch batch, ConsumerRecords<byte[], byte[]> records) {
    for (ConsumerRecord<byte[], byte[]> r : records) {
      batch.add(r.partition(), r.offset(), r.timestamp(), RecordReader.read(r));
    }
    return records.count();
  }

  /** Returns the next offset to read, or -1 while the client does not know. */
  long position(int partition) {
    try {
      return client.position(log.partition(partition), Duration.ZERO);
    } catch (TimeoutException | NoOffsetForPartitionException e) {
      return -1;
    } catch (WakeupException e) {
      gate.thrown();
      return -1;
    }
  }

  void pause(int partition) {
    if (has(partition)) {
      client.pause(List.of(log.partition(partition)));
    }
  }

  void resume(int partition) {
    if (has(partition)) {
      client.resume(List.of(log.partition(partition)));
    }
  }

  boolean has(int partition) {
    return client.assignment().contains(log.partition(partition));
  }

  void wakeup() {
    gate.wakeup();
  }
}
