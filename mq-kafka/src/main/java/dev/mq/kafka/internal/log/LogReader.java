package dev.mq.kafka.internal.log;

import static java.util.Objects.requireNonNull;

import dev.mq.kafka.internal.client.Closing;
import dev.mq.spi.RecordBatch;
import dev.mq.spi.RecordSource;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/** Reads partitions of a log without a group. */
final class LogReader implements RecordSource {
  private final LogConsumer consumer;
  private final LogOffsets offsets;
  private final Set<TopicPartition> assigned = new LinkedHashSet<>();

  LogReader(LogConsumer consumer, LogOffsets offsets) {
    this.consumer = requireNonNull(consumer, "consumer");
    this.offsets = requireNonNull(offsets, "offsets");
  }

  @Override
  public int poll(RecordBatch batch, long maxWaitNanos) throws InterruptedException {
    if (assigned.isEmpty()) {
      consumer.log.checkThere("poll");
      consumer.gate.await(maxWaitNanos);
      return 0;
    }
    // The client may have looked for a start between the assignment and the seek behind it.
    return consumer.poll(batch, maxWaitNanos, () -> Long.MAX_VALUE, partitions -> {});
  }

  @Override
  public void seek(int partition, long offset) {
    offsets.check(consumer.log, partition, offset);
    TopicPartition p = consumer.log.partition(partition);
    if (assigned.add(p)) {
      consumer.client.assign(assigned);
    }
    consumer.client.seek(p, offset);
  }

  @Override
  public long position(int partition) {
    return consumer.has(partition) ? consumer.position(partition) : -1;
  }

  @Override
  public void pause(int partition) {
    consumer.pause(partition);
  }

  @Override
  public void resume(int partition) {
    consumer.resume(partition);
  }

  @Override
  public void wakeup() {
    consumer.wakeup();
  }

  @Override
  public void close() {
    Closing.close(consumer.client, Closing.SHORT);
  }
}
