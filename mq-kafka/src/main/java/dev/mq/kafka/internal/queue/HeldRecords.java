package dev.mq.kafka.internal.queue;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.jspecify.annotations.Nullable;

/**
 * What one lane took from the group and has not settled. Not thread-safe.
 *
 * <p>Invariants: the record at index {@code i} has the token {@code base + i}; tokens only grow, so
 * one of an earlier poll names nothing; records are taken only when none is held; those from {@code
 * next} on were not handed out.
 */
final class HeldRecords {
  private @Nullable ConsumerRecord<byte[], byte[]>[] records;
  private long base;
  private int size;
  private int next;
  private int held;

  /**
   * Creates an empty set.
   *
   * @param expected the most records of a poll, unless the client goes beyond what it was told
   */
  @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
  HeldRecords(int expected) {
    this.records = new ConsumerRecord[expected];
  }

  boolean isEmpty() {
    return held == 0;
  }

  int count() {
    return held;
  }

  boolean allHandedOut() {
    return next == size;
  }

  /** Returns how many were not handed out. */
  int waiting() {
    return size - next;
  }

  /** Returns one of those that were not handed out, 0 for the next one. */
  ConsumerRecord<byte[], byte[]> waiting(int index) {
    return requireNonNull(records[next + index]);
  }

  /** Takes the records of a poll. */
  void take(ConsumerRecords<byte[], byte[]> polled) {
    base += size;
    size = 0;
    next = 0;
    if (records.length < polled.count()) {
      records = Arrays.copyOf(records, polled.count());
    }
    for (ConsumerRecord<byte[], byte[]> r : polled) {
      records[size++] = r;
    }
    held = size;
  }

  /** Returns the token of the record that {@link #handOut} returns next. */
  long nextToken() {
    return base + next;
  }

  @Nullable ConsumerRecord<byte[], byte[]> handOut() {
    return records[next++];
  }

  /** Takes a record out, or returns null when the token names none that is held. */
  @Nullable ConsumerRecord<byte[], byte[]> remove(long token) {
    long i = token - base;
    if (i < 0 || i >= next) {
      return null;
    }
    ConsumerRecord<byte[], byte[]> r = records[(int) i];
    if (r != null) {
      records[(int) i] = null;
      held--;
    }
    return r;
  }

  void forEach(Consumer<ConsumerRecord<byte[], byte[]>> action) {
    for (int i = 0; i < size; i++) {
      ConsumerRecord<byte[], byte[]> r = records[i];
      if (r != null) {
        action.accept(r);
      }
    }
  }

  /** Forgets what was not handed out, after it was passed to an action. */
  void dropRest(Consumer<ConsumerRecord<byte[], byte[]>> action) {
    for (int i = next; i < size; i++) {
      ConsumerRecord<byte[], byte[]> r = records[i];
      if (r != null) {
        action.accept(r);
        records[i] = null;
        held--;
      }
    }
    next = size;
  }

  /** Forgets everything and returns the tokens of what was handed out. */
  long[] clear() {
    long[] tokens = new long[next];
    int n = 0;
    for (int i = 0; i < size; i++) {
      if (records[i] != null && i < next) {
        tokens[n++] = base + i;
      }
      records[i] = null;
    }
    next = size;
    held = 0;
    return Arrays.copyOf(tokens, n);
  }
}
