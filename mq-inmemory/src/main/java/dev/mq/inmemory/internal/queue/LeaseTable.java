package dev.mq.inmemory.internal.queue;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries a subscription has in hand. Guarded by the lock of its queue.
 *
 * <p>A token is an entry of the table and how often that entry was used before, so a token settled
 * twice, or after its lease was lost, never names a later delivery. The table grows to what was
 * ever in hand at the same time.
 */
final class LeaseTable {
  private static final int FIRST_SIZE = 16;

  private @Nullable MessageSegment[] segments = new MessageSegment[FIRST_SIZE];
  private int[] slots = new int[FIRST_SIZE];
  private int[] uses = new int[FIRST_SIZE];
  private int[] free = new int[FIRST_SIZE];
  private int freeCount;
  private int used;
  private int size;

  int size() {
    return size;
  }

  /** Adds a delivery and returns its token. */
  long add(MessageSegment segment, int slot) {
    int entry;
    if (freeCount > 0) {
      entry = free[--freeCount];
    } else {
      if (used == slots.length) {
        grow();
      }
      entry = used++;
    }
    segments[entry] = segment;
    slots[entry] = slot;
    size++;
    return (long) uses[entry] << 32 | entry;
  }

  /** Returns the entry of a token, or -1 when it is not in hand. */
  int find(long token) {
    int entry = (int) token;
    boolean known =
        entry >= 0
            && entry < used
            && segments[entry] != null
            && uses[entry] == (int) (token >>> 32);
    return known ? entry : -1;
  }

  @Nullable MessageSegment segment(int entry) {
    return segments[entry];
  }

  int slot(int entry) {
    return slots[entry];
  }

  void remove(int entry) {
    segments[entry] = null;
    uses[entry]++;
    free[freeCount++] = entry;
    size--;
  }

  /** Returns one more than the highest entry ever used. */
  int used() {
    return used;
  }

  private void grow() {
    int n = slots.length * 2;
    segments = Arrays.copyOf(segments, n);
    slots = Arrays.copyOf(slots, n);
    uses = Arrays.copyOf(uses, n);
    free = Arrays.copyOf(free, n);
  }
}
