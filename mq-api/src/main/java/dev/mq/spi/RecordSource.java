package dev.mq.spi;

/**
 * Reads records of a log. All methods but {@link #wakeup} are called by one thread at a time.
 * Within a partition records come in offset order without a skip (L-04, L-05).
 */
public interface RecordSource {
  /**
   * Adds records to a batch, as many as there are and as it has room.
   *
   * @param batch the caller's, with room for as many as the source was opened with; must not be
   *     kept
   * @param maxWaitNanos how long to wait for the first one; 0 does not wait
   * @return how many were added; 0 after the wait or {@link #wakeup}
   * @throws InterruptedException when interrupted while waiting
   */
  int poll(RecordBatch batch, long maxWaitNanos) throws InterruptedException;

  /**
   * Sets the next offset of a partition: reading goes on at the least existing offset at or after
   * it (L-06). For a source without a group this also starts reading the partition.
   *
   * @throws dev.mq.api.MqException {@code OUT_OF_RANGE} when it lies below the first offset still
   *     there or beyond the end
   */
  void seek(int partition, long offset);

  /**
   * Returns the next offset to read of a partition, once everything handed out so far was looked
   * at. It tells that offsets which hold no record were passed over; without it a reader that ends
   * at such a place would wait for ever.
   *
   * @return -1 where that is always the offset behind the last record handed out
   */
  default long position(int partition) {
    return -1;
  }

  /** Hands out no records of a partition until it is resumed. */
  void pause(int partition);

  /** Hands out records of a partition again. */
  void resume(int partition);

  /** Makes a waiting or the next {@link #poll} return soon. From any thread; cheap. */
  void wakeup();

  /**
   * Closes; a member of a group leaves it, after its listener was told of the revoked partitions.
   */
  void close();
}
