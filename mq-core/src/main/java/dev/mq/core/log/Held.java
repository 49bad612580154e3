package dev.mq.core.log;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Message;
import org.jspecify.annotations.Nullable;

/**
 * The records one partition holds, in columns, by sequence number. Growing makes a new one and
 * leaves the old one as it is, so that a worker reads on in the one it has while records are added
 * to the other.
 */
final class Held {
  private final long[] offsets;
  private final long[] timestamps;
  private final @Nullable Message[] messages;
  private final int mask;

  Held(int capacity) {
    this.offsets = new long[capacity];
    this.timestamps = new long[capacity];
    this.messages = new Message[capacity];
    this.mask = capacity - 1;
  }

  int capacity() {
    return offsets.length;
  }

  void put(long sequence, long offset, long timestampMillis, Message message) {
    int i = (int) (sequence & mask);
    offsets[i] = offset;
    timestamps[i] = timestampMillis;
    messages[i] = message;
  }

  long offset(long sequence) {
    return offsets[(int) (sequence & mask)];
  }

  long timestampMillis(long sequence) {
    return timestamps[(int) (sequence & mask)];
  }

  Message message(long sequence) {
    return requireNonNull(messages[(int) (sequence & mask)]);
  }

  void clear(long from, long to) {
    for (long s = from; s < to; s++) {
      messages[(int) (s & mask)] = null;
    }
  }

  /** Returns a copy of twice the capacity with the records from {@code from} to {@code to - 1}. */
  Held grown(long from, long to) {
    Held larger = new Held(capacity() * 2);
    for (long s = from; s < to; s++) {
      larger.put(s, offset(s), timestampMillis(s), message(s));
    }
    return larger;
  }
}
