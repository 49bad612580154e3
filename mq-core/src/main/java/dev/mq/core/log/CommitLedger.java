package dev.mq.core.log;

/**
 * Knows which records of one partition were received and which of them were handled, and so the
 * position that may be committed: the one behind the longest prefix without a hole (G-08).
 *
 * <p>Records have sequence numbers 0, 1, 2, … in the order received; offsets are only remembered,
 * never computed with, because gaps in them are normal. Invariants: everything below {@code head}
 * was handled; {@code head <= tail}; a bit is set only for a handled record in {@code [head,
 * tail)}, and never for {@code head} itself. Not thread-safe.
 */
public final class CommitLedger {
  /** The position while no record was handled. */
  public static final long NONE = -1;

  private long[] offsets;
  private long[] bits;
  private int mask;
  private long head;
  private long tail;
  private long last = NONE;
  private long position = NONE;
  private int marked;

  /**
   * Creates a ledger without records.
   *
   * @param capacity how many unhandled records it has room for at first; it grows
   */
  public CommitLedger(int capacity) {
    int size = Math.max(Long.SIZE, Integer.highestOneBit(Math.max(capacity - 1, 1)) << 1);
    this.offsets = new long[size];
    this.bits = new long[size / Long.SIZE];
    this.mask = size - 1;
  }

  /**
   * Returns whether a record at this offset would be the next one, not one that was received
   * before.
   */
  public boolean isNew(long offset) {
    return offset > last;
  }

  /** Adds a record and returns its sequence number; offsets rise. */
  public long received(long offset) {
    if (offset <= last) {
      throw new IllegalArgumentException("offset " + offset + " after " + last);
    }
    if (tail - head == offsets.length) {
      grow();
    }
    offsets[index(tail)] = offset;
    last = offset;
    return tail++;
  }

  /**
   * Marks the records with sequence numbers {@code from} to {@code to - 1} handled; again for some
   * of them changes nothing.
   */
  public void handled(long from, long to) {
    if (from < 0 || from > to || to > tail) {
      throw new IllegalArgumentException(
          "handled " + from + " to " + to + " of " + tail + " received");
    }
    long start = Math.max(from, head);
    if (start >= to) {
      return;
    }
    if (start > head) {
      for (long s = start; s < to; s++) {
        mark(s);
      }
      return;
    }
    long end = to;
    if (marked > 0) {
      for (long s = start; s < end; s++) {
        unmark(s);
      }
      while (end < tail && unmark(end)) {
        end++;
      }
    }
    head = end;
    position = offsets[index(end - 1)] + 1;
  }

  /**
   * Returns the next offset to read after the handled prefix, or {@link #NONE} while that is empty.
   */
  public long position() {
    return position;
  }

  /** Returns the sequence number of the first record that was not handled. */
  public long head() {
    return head;
  }

  /** Returns the sequence number the next record will get. */
  public long tail() {
    return tail;
  }

  private int index(long sequence) {
    return (int) (sequence & mask);
  }

  private void mark(long sequence) {
    int i = index(sequence);
    long bit = 1L << i;
    if ((bits[i / Long.SIZE] & bit) == 0) {
      bits[i / Long.SIZE] |= bit;
      marked++;
    }
  }

  private boolean unmark(long sequence) {
    int i = index(sequence);
    long bit = 1L << i;
    if ((bits[i / Long.SIZE] & bit) == 0) {
      return false;
    }
    bits[i / Long.SIZE] &= ~bit;
    marked--;
    return true;
  }

  private void grow() {
    long[] oldOffsets = offsets;
    long[] oldBits = bits;
    int oldMask = mask;
    int size = oldOffsets.length * 2;
    offsets = new long[size];
    bits = new long[size / Long.SIZE];
    mask = size - 1;
    marked = 0;
    for (long s = head; s < tail; s++) {
      int old = (int) (s & oldMask);
      offsets[index(s)] = oldOffsets[old];
      if ((oldBits[old / Long.SIZE] & (1L << old)) != 0) {
        mark(s);
      }
    }
  }
}
