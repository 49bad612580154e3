package dev.mq.rabbit.internal.publish;

import dev.mq.spi.PublishBatch;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The open messages of one channel, by sequence number. Thread-safe.
 *
 * <p>Invariants: whoever empties a slot answers its message, so each is answered once; every number
 * from {@code lowest} on and below {@code next} has a slot, and {@code lowest} is the first with a
 * message in it, or equals {@code next}; the lock is not held while a message is answered.
 */
final class ConfirmRing {
  /** What becomes of a message. */
  @FunctionalInterface
  interface Answer {
    void give(PublishBatch batch, int index);
  }

  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable PublishBatch[] batches = new PublishBatch[256];
  private int[] indices = new int[256];
  private long lowest = 1;
  private long next = 1;
  private boolean ended;

  /**
   * Takes the next number for a message that is about to be sent.
   *
   * @return the number, or 0 when the ring has ended
   */
  long add(PublishBatch batch, int index) {
    lock.lock();
    try {
      if (ended) {
        return 0;
      }
      if (next - lowest == batches.length) {
        grow();
      }
      long sequence = next++;
      batches[slot(sequence)] = batch;
      indices[slot(sequence)] = index;
      return sequence;
    } finally {
      lock.unlock();
    }
  }

  private void grow() {
    @Nullable PublishBatch[] moved = new PublishBatch[batches.length * 2];
    int[] movedIndices = new int[moved.length];
    for (long s = lowest; s < next; s++) {
      moved[(int) s & (moved.length - 1)] = batches[slot(s)];
      movedIndices[(int) s & (moved.length - 1)] = indices[slot(s)];
    }
    batches = moved;
    indices = movedIndices;
  }

  private int slot(long sequence) {
    return (int) sequence & (batches.length - 1);
  }

  /**
   * Takes back the number last given, of a message that certainly was not sent. By the thread that
   * publishes.
   *
   * @return whether the message is still open, so that the caller has to answer it
   */
  boolean takeBack(long sequence) {
    lock.lock();
    try {
      boolean open = sequence == next - 1 && batches[slot(sequence)] != null;
      if (open) {
        batches[slot(sequence)] = null;
        next--;
        advance();
      }
      return open;
    } finally {
      lock.unlock();
    }
  }

  private void advance() {
    while (lowest < next && batches[slot(lowest)] == null) {
      lowest++;
    }
  }

  /** Answers one message, or with {@code multiple} all open ones up to a number. */
  void answer(long upTo, boolean multiple, Answer answer) {
    if (!multiple) {
      one(upTo, answer);
      return;
    }
    for (long s = lowest(); s <= upTo; s++) {
      one(s, answer);
    }
  }

  private void one(long sequence, Answer answer) {
    PublishBatch batch;
    int index;
    lock.lock();
    try {
      if (sequence < lowest || sequence >= next) {
        return;
      }
      int slot = slot(sequence);
      batch = batches[slot];
      index = indices[slot];
      batches[slot] = null;
      advance();
    } finally {
      lock.unlock();
    }
    if (batch != null) {
      answer.give(batch, index);
    }
  }

  /** Takes no further message and answers all open ones. */
  void end(Answer answer) {
    long last;
    lock.lock();
    try {
      ended = true;
      last = next - 1;
    } finally {
      lock.unlock();
    }
    answer(last, true, answer);
  }

  /** A question about an open message. */
  @FunctionalInterface
  interface Matcher {
    boolean matches(PublishBatch batch, int index);
  }

  /**
   * Returns the number of the first open message from a number on that matches, else 0. Asks under
   * the lock.
   */
  long find(long from, Matcher matcher) {
    lock.lock();
    try {
      for (long s = Math.max(from, lowest); s < next; s++) {
        PublishBatch batch = batches[slot(s)];
        if (batch != null && matcher.matches(batch, indices[slot(s)])) {
          return s;
        }
      }
      return 0;
    } finally {
      lock.unlock();
    }
  }

  long lowest() {
    lock.lock();
    try {
      return lowest;
    } finally {
      lock.unlock();
    }
  }

  /** Returns the number of the message that waits the longest, or -1 while none does. */
  long oldest() {
    lock.lock();
    try {
      return lowest == next ? -1 : lowest;
    } finally {
      lock.unlock();
    }
  }
}
