package dev.mq.inmemory.internal.log;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Message;
import dev.mq.spi.RecordBatch;
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

  /**
   * The first segment of a partition begins with this many slots, so that a partition with little
   * in it costs little.
   */
  private static final int FIRST_SLOTS = 64;

  /**
   * The records. Volatile as the timestamps: whoever sees an array sees what was put into it before
   * it was shown.
   */
  private volatile @Nullable Message[] messages;

  /** The timestamps, or null while all are alike. */
  private volatile long @Nullable [] timestamps;

  private long firstTimestamp;
  private boolean empty = true;

  /** Bytes of the records. */
  long bytes;

  /** The timestamp of the last record. */
  long lastTimestamp;

  LogSegment(boolean first) {
    messages = new Message[first ? FIRST_SLOTS : SLOTS];
  }

  void put(int slot, Message message, long timestamp) {
    if (empty) {
      empty = false;
      firstTimestamp = timestamp;
    } else if (timestamps != null || timestamp != firstTimestamp) {
      keepTimestamp(slot, timestamp);
    }
    if (slot >= messages.length) {
      messages = Arrays.copyOf(messages, Math.min(SLOTS, Math.max(slot + 1, messages.length * 4)));
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

  /** Adds records to a batch: those of the slots {@code from} to {@code to} (exclusive). */
  void read(int partition, long base, int from, int to, RecordBatch batch) {
    @Nullable Message[] m = messages;
    long[] t = timestamps;
    for (int slot = from; slot < to; slot++) {
      batch.add(
          partition, base + slot, t == null ? firstTimestamp : t[slot], requireNonNull(m[slot]));
    }
  }

  long timestamp(int slot) {
    long[] t = timestamps;
    return t == null ? firstTimestamp : t[slot];
  }
}
