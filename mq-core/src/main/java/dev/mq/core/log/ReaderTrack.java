package dev.mq.core.log;

/** How far a reader is in one partition, and where it ends. Guarded by the lock of its reader. */
final class ReaderTrack {
  final int partition;

  /** The offset it ends before, or {@link Long#MAX_VALUE}. */
  final long target;

  /** The timestamp it ends before, or {@link Long#MAX_VALUE}. */
  final long untilMillis;

  /** The timestamp it starts at, for sources that start earlier; or {@link Long#MIN_VALUE}. */
  long fromMillis;

  /** The next offset to read. */
  long next;

  /** Whether everything up to its end was read. */
  boolean done;

  /** Whether its source is paused, because it is done. */
  boolean paused;

  /** What of it was received before a seek is passed over, until more is received. */
  boolean stale;

  ReaderTrack(int partition, long next, long fromMillis, long target, long untilMillis) {
    this.partition = partition;
    this.next = next;
    this.fromMillis = fromMillis;
    this.target = target;
    this.untilMillis = untilMillis;
    this.done = next >= target;
  }

  /** Moves to another offset. */
  void seek(long offset) {
    next = offset;
    fromMillis = Long.MIN_VALUE;
    done = offset >= target;
    stale = true;
  }

  /** Everything below an offset was read. */
  void reached(long offset) {
    next = Math.max(next, offset);
    done |= next >= target;
  }

  /**
   * Returns whether a record is one to hand out; ends the partition when it lies behind the end.
   */
  boolean admits(long offset, long timestampMillis) {
    if (done || stale || offset < next) {
      return false;
    }
    if (offset >= target || timestampMillis >= untilMillis) {
      done = true;
      return false;
    }
    if (timestampMillis < fromMillis) {
      reached(offset + 1);
      return false;
    }
    return true;
  }
}
