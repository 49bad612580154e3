package dev.mq.core.log;

import dev.mq.api.Message;
import dev.mq.api.Partitioner;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Ways to choose the partition of a record. */
public final class Partitioners {
  /**
   * How many records without a key go to one partition before the next: enough to fill batches, few
   * enough to spread.
   */
  private static final int RUN_BITS = 4;

  private Partitioners() {}

  /**
   * Returns the rule of Kafka's default partitioner: equal keys and numbers of partitions give
   * equal partitions on every backend and in every process (L-11). Records without a key go round
   * in short runs, from a random partition on. One per producer.
   */
  public static Partitioner byKey() {
    AtomicInteger keyless = new AtomicInteger(ThreadLocalRandom.current().nextInt());
    return (message, partitions) -> partition(message, partitions, keyless);
  }

  private static int partition(Message message, int partitions, AtomicInteger keyless) {
    String key = message.key();
    if (key != null) {
      return (Murmur2.hash(key) & Integer.MAX_VALUE) % partitions;
    }
    return Integer.remainderUnsigned(keyless.getAndIncrement() >>> RUN_BITS, partitions);
  }
}
