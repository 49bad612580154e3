package dev.mq.inmemory.internal.log;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Message;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The records of one partition whose offsets differ in the low bits only. Written under the lock of
 * the partition, read without it: a reader looks only at slots below the end of the partition,
 * which is published after they were written.
 */
final class LogSegment {
  static final int SHIFT = 12;
  static final int SLOTS = 1 << SHIFT;

  private final @Nullable Message[] messages = new Message[SLOTS];

  /**
   * The timestamps, or null while all are alike. Volatile, so that whoever sees the array sees what
   * was filled in.
   */
  private volatile long @Nullable [] timestamps;

  private long firstTimestamp;
  private boolean empty = true;

  /** Bytes of the records. */
  long bytes;

  /** The timestamp of the last record. */
  long lastTimestamp;

  void put(int slot, Message message, long timestamp) {
    if (empty) {
      empty = false;
      firstTimestamp = timestamp;
    } else if (timestamps != null || timestamp != firstTimestamp) {
      keepTimestamp(slot, timestamp);
    }
    messages[slot] = message;
    lastTimestamp = timestamp;
    bytes += message.bodyBytes();
  }

  private void keepTimestamp(int slot, long timestamp) {
    long[] t = timestamps;
    if (t == null) {
      t = new long[SLOTS];
      Arrays.fill(t, firstTimestamp);
      t[slot] = timestamp;
      timestamps = t;
    } else {
      t[slot] = timestamp;
    }
  }

  Message message(int slot) {
    return requireNonNull(messages[slot]);
  }

  long timestamp(int slot) {
    long[] t = timestamps;
    return t == null ? firstTimestamp : t[slot];
  }
}
