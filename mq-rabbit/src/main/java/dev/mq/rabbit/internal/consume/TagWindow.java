package dev.mq.rabbit.internal.consume;

import java.util.BitSet;

/**
 * Which delivery tags of one channel are settled; tags count from one. Not thread-safe.
 *
 * <p>Invariant: every tag below {@code base} is settled; bit i tells of the tag {@code base + i};
 * {@code done} is the first clear bit.
 */
final class TagWindow {
  private static final int SHIFT_AT = 4096;

  private BitSet settled = new BitSet();
  private long base = 1;
  private int done;

  /** Marks a tag settled; returns false when it was already. */
  boolean settle(long tag) {
    if (tag < base || settled.get((int) (tag - base))) {
      return false;
    }
    settled.set((int) (tag - base));
    done = settled.nextClearBit(done);
    if (done >= SHIFT_AT) {
      settled = settled.get(done, Math.max(done, settled.length()));
      base += done;
      done = 0;
    }
    return true;
  }

  /** Returns the highest tag up to which all are settled, or 0. */
  long contiguous() {
    return base + done - 1;
  }
}
