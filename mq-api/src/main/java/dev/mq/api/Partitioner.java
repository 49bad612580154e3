package dev.mq.api;

/**
 * Chooses the partition of a record. Called on the sending thread; must be fast, thread-safe and
 * deterministic.
 */
@FunctionalInterface
public interface Partitioner {
  /**
   * Returns a partition.
   *
   * @param message what is appended
   * @param partitions the number of partitions, 1 or more
   * @return 0 to {@code partitions - 1}
   */
  int partition(Message message, int partitions);
}
