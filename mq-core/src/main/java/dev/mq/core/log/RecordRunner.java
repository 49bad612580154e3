package dev.mq.core.log;

import org.jspecify.annotations.Nullable;

/**
 * Hands records of one partition to the program. Called by one worker per partition at a time,
 * without a lock.
 */
interface RecordRunner {
  /**
   * Handles the records {@code from} to {@code to - 1} in order and sets {@link Partition#progress}
   * as it goes on. Returns early when the partition shall stop; never throws.
   *
   * @param wakeAt the progress at which the polling thread wants to know
   * @param wake tells it
   * @return what failed, or null
   */
  @Nullable Failed run(
      Partition partition, Held held, long from, long to, long wakeAt, Runnable wake);
}
