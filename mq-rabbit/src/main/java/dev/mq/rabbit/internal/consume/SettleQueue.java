package dev.mq.rabbit.internal.consume;

import static java.util.Objects.requireNonNull;

import dev.mq.api.SettleResult;
import dev.mq.spi.SettleBatch;
import dev.mq.spi.SettleOutcome;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Settlements in columns, first in first out, so that none costs an object. Not thread-safe. */
final class SettleQueue {
  private @Nullable SettleBatch[] batches = new SettleBatch[64];
  private int[] indices = new int[64];
  private long[] tags = new long[64];
  private boolean[] acks = new boolean[64];
  private int size;

  void add(SettleBatch batch, int index, long tag, SettleOutcome outcome) {
    if (size == tags.length) {
      batches = Arrays.copyOf(batches, size * 2);
      indices = Arrays.copyOf(indices, size * 2);
      tags = Arrays.copyOf(tags, size * 2);
      acks = Arrays.copyOf(acks, size * 2);
    }
    batches[size] = batch;
    indices[size] = index;
    tags[size] = tag;
    acks[size] = outcome == SettleOutcome.ACK;
    size++;
  }

  int size() {
    return size;
  }

  long tag(int i) {
    return tags[i];
  }

  boolean isAck(int i) {
    return acks[i];
  }

  /** Answers all. A batch is not touched after its last entry was answered. */
  void answer(SettleResult result) {
    try {
      for (int i = 0; i < size; i++) {
        requireNonNull(batches[i]).settled(indices[i], result);
      }
    } finally {
      Arrays.fill(batches, 0, size, null);
      size = 0;
    }
  }

  /** Moves the first entries to an empty queue. */
  void moveTo(SettleQueue other, int count) {
    for (int i = 0; i < count; i++) {
      other.add(
          requireNonNull(batches[i]),
          indices[i],
          tags[i],
          acks[i] ? SettleOutcome.ACK : SettleOutcome.RELEASE);
    }
    int rest = size - count;
    System.arraycopy(batches, count, batches, 0, rest);
    System.arraycopy(indices, count, indices, 0, rest);
    System.arraycopy(tags, count, tags, 0, rest);
    System.arraycopy(acks, count, acks, 0, rest);
    Arrays.fill(batches, rest, size, null);
    size = rest;
  }
}
