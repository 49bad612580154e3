package dev.mq.spi;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Message;
import org.jspecify.annotations.Nullable;

/**
 * Records a source hands out, in columns so that none costs an object. Owned by the runtime. Not
 * thread-safe.
 */
public final class RecordBatch {
  private final int[] partitions;
  private final long[] offsets;
  private final long[] timestamps;
  private final @Nullable Message[] messages;
  private int size;

  /** Creates an empty batch for at most {@code capacity} records. */
  public RecordBatch(int capacity) {
    this.partitions = new int[capacity];
    this.offsets = new long[capacity];
    this.timestamps = new long[capacity];
    this.messages = new Message[capacity];
  }

  /** Returns how many records may still be added. */
  public int room() {
    return offsets.length - size;
  }

  /**
   * Adds a record.
   *
   * @param timestampMillis when it was appended, in milliseconds of the epoch
   */
  public void add(int partition, long offset, long timestampMillis, Message message) {
    int i = size;
    partitions[i] = partition;
    offsets[i] = offset;
    timestamps[i] = timestampMillis;
    messages[i] = message;
    size = i + 1;
  }

  /** Empties the batch. */
  public void clear() {
    for (int i = 0; i < size; i++) {
      messages[i] = null;
    }
    size = 0;
  }

  /** Returns the number of records. */
  public int size() {
    return size;
  }

  /** Returns the partition of a record. */
  public int partition(int i) {
    return partitions[i];
  }

  /** Returns the offset of a record. */
  public long offset(int i) {
    return offsets[i];
  }

  /** Returns when a record was appended. */
  public long timestampMillis(int i) {
    return timestamps[i];
  }

  /** Returns the message of a record. */
  public Message message(int i) {
    return requireNonNull(messages[i]);
  }
}
