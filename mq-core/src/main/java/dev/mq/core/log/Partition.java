package dev.mq.core.log;

import dev.mq.api.Message;
import dev.mq.spi.TimeSource.Timer;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One partition during one ownership: what it holds, how far it was handled, and what it is doing.
 * After the ownership ended it is {@code dropped} for ever; when the partition comes back, that is
 * another object, so nothing of the old ownership can count in the new one.
 *
 * <p>Everything is guarded by the lock of {@link GroupState}, except: {@code progress} is written
 * by the one worker that runs the partition, {@code stop} and {@code sourcePaused} are read by it.
 * At most one of {@code queued}, {@code running} and {@code waiting} is set: that is what keeps
 * handling serial.
 */
final class Partition {
  private static final int FIRST_CAPACITY = 64;

  final int number;
  final CommitLedger ledger = new CommitLedger(FIRST_CAPACITY);
  final AtomicLong progress = new AtomicLong();
  volatile boolean stop;
  volatile boolean sourcePaused;

  boolean queued;
  boolean running;

  /** Waits for the time of a retry or for a dead letter. */
  boolean waiting;

  /** A dead letter is on its way; only while {@code waiting}. */
  boolean publishing;

  boolean revoking;
  boolean dropped;

  /** The same partition in an earlier ownership, as long as its handler runs. */
  @Nullable Partition predecessor;

  /** The partition in a later ownership, which waits for the handler of this one. */
  @Nullable Partition successor;

  /** How often the record at {@code next} failed. */
  int failures;

  /** How often its dead letter failed. */
  int deadLetterFailures;

  /** Why it failed last. */
  @Nullable Failed failed;

  /** The end of the batch that failed, so that a retry gets the same records; or -1. */
  long retryTo = -1;

  @Nullable Timer timer;

  /** What was committed by itself: sent, and answered. */
  long sent = CommitLedger.NONE;

  long confirmed = CommitLedger.NONE;

  /** What the program committed: sent, and answered. Commits by itself go only beyond. */
  long asked = CommitLedger.NONE;

  long askedConfirmed = CommitLedger.NONE;

  private Held held = new Held(FIRST_CAPACITY);
  private long next;

  Partition(int number) {
    this.number = number;
  }

  /** Adds a record unless it was received before in this ownership. */
  void add(long offset, long timestampMillis, Message message) {
    if (!ledger.isNew(offset)) {
      return;
    }
    if (ledger.tail() - next == held.capacity()) {
      held = held.grown(next, ledger.tail());
    }
    long sequence = ledger.received(offset);
    held.put(sequence, offset, timestampMillis, message);
  }

  Held held() {
    return held;
  }

  /**
   * Returns the sequence number of the first record that was not handled, as of the last {@link
   * #fold}.
   */
  long next() {
    return next;
  }

  /** Returns how many records wait or are being handled. */
  int unhandled() {
    return (int) (ledger.tail() - progress.get());
  }

  /** Takes over what the worker handled so far; returns whether that is anything. */
  boolean fold() {
    long done = progress.get();
    if (done == next) {
      return false;
    }
    ledger.handled(next, done);
    held.clear(next, done);
    next = done;
    failures = 0;
    deadLetterFailures = 0;
    retryTo = -1;
    failed = null;
    return true;
  }

  boolean runnable() {
    return !queued
        && !running
        && !waiting
        && !revoking
        && !dropped
        && predecessor == null
        && ledger.tail() > next;
  }

  /** Returns whether something of it still happens that counts when it ends. */
  boolean busy() {
    return running || publishing;
  }

  /**
   * Ends the ownership: what is not handled is forgotten. Its timer is cancelled by the caller,
   * without the lock.
   */
  void drop() {
    dropped = true;
    stop = true;
  }

  /**
   * Returns the position to commit when it lies beyond what was sent, else {@link
   * CommitLedger#NONE}.
   */
  long unsent() {
    long position = ledger.position();
    return position > sent && position > asked ? position : CommitLedger.NONE;
  }

  /**
   * Returns the position to commit when it lies beyond what was answered, else {@link
   * CommitLedger#NONE}.
   */
  long unconfirmed() {
    long position = ledger.position();
    return position > confirmed && position > asked ? position : CommitLedger.NONE;
  }
}
