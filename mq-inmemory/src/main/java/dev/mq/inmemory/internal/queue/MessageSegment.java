package dev.mq.inmemory.internal.queue;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Message;
import dev.mq.spi.DeliveryBatch;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A run of messages of one chain, in publish order. Guarded by the lock of its queue.
 *
 * <p>Slots below {@code tail} were filled; one whose message is null again is settled. A message is
 * ready (its ready bit is set), in hand (its held bit is set) or delayed (neither). {@code live}
 * counts the messages, {@code readyCount} the ready bits, {@code heldCount} the held bits. No word
 * before {@code firstReady} has a ready bit. {@code base} plus a slot is a position, and no
 * position names two messages: a segment that is used again has a higher base.
 *
 * <p>What few messages have (a stored time other than that of the first, deliveries before,
 * failures) lives in arrays made when first needed.
 */
final class MessageSegment {
  static final int SLOTS = 1024;
  private static final int WORDS = SLOTS / 64;

  /** A segment begins with this many slots, so that a queue with little in it costs little. */
  private static final int FIRST_SLOTS = 64;

  final SegmentChain chain;
  private @Nullable Message[] messages = new Message[FIRST_SLOTS];
  private final long[] ready = new long[WORDS];
  private final long[] held = new long[WORDS];
  private int @Nullable [] storedLater;
  private boolean timesDiffer;
  private int @Nullable [] returns;
  private int @Nullable [] failures;
  private long @Nullable [] arrivals;

  @Nullable MessageSegment previous;
  @Nullable MessageSegment next;
  long base;
  int tail;
  int live;
  int readyCount;
  int heldCount;
  private int firstReady;
  private long firstStored;

  MessageSegment(SegmentChain chain, boolean withArrivals) {
    this.chain = chain;
    this.arrivals = withArrivals ? new long[FIRST_SLOTS] : null;
  }

  boolean isFull() {
    return tail == SLOTS;
  }

  /**
   * Returns whether a message stored at this time fits: times are kept as differences of 32 bits.
   */
  boolean takesTime(long storedMillis) {
    return tail == 0 || (int) (storedMillis - firstStored) == storedMillis - firstStored;
  }

  /** Makes an empty segment begin at a position. */
  void restart(long newBase) {
    base = newBase;
    tail = 0;
    firstReady = 0;
    timesDiffer = false;
    returns = null;
    failures = null;
  }

  void append(Message message, long storedMillis, long arrival) {
    int slot = tail++;
    if (slot == messages.length) {
      grow();
    }
    messages[slot] = message;
    ready[slot >>> 6] |= 1L << slot;
    firstReady = Math.min(firstReady, slot >>> 6);
    live++;
    readyCount++;
    if (slot == 0) {
      firstStored = storedMillis;
    } else if (timesDiffer || storedMillis != firstStored) {
      keepTime(slot, storedMillis);
    }
    if (arrivals != null) {
      arrivals[slot] = arrival;
    }
  }

  private void grow() {
    int n = Math.min(SLOTS, messages.length * 4);
    messages = Arrays.copyOf(messages, n);
    if (arrivals != null) {
      arrivals = Arrays.copyOf(arrivals, n);
    }
    if (storedLater != null) {
      storedLater = Arrays.copyOf(storedLater, n);
    }
  }

  private void keepTime(int slot, long storedMillis) {
    int[] later = storedLater;
    if (later == null) {
      later = new int[messages.length];
      storedLater = later;
    }
    if (!timesDiffer) {
      Arrays.fill(later, 0, slot, 0);
      timesDiffer = true;
    }
    later[slot] = (int) (storedMillis - firstStored);
  }

  /** Hands out ready messages in order, at most {@code max}, and returns how many. */
  int take(DeliveryBatch batch, int max, LeaseTable leases) {
    int n = 0;
    int w = firstReady;
    while (n < max && w < WORDS) {
      long bits = ready[w];
      long taken = 0;
      while (bits != 0 && n < max) {
        int slot = (w << 6) + Long.numberOfTrailingZeros(bits);
        taken |= bits & -bits;
        bits &= bits - 1;
        batch.add(
            leases.add(this, slot),
            message(slot),
            1 + count(returns, slot),
            count(failures, slot),
            stored(slot));
        n++;
      }
      ready[w] = bits;
      held[w] |= taken;
      if (bits == 0) {
        w++;
      }
    }
    firstReady = w;
    readyCount -= n;
    heldCount += n;
    return n;
  }

  /** Makes a message that is in hand delayed, delivered once more than before. */
  void giveBack(int slot, boolean failed) {
    held[slot >>> 6] &= ~(1L << slot);
    heldCount--;
    returns = increment(returns, slot);
    if (failed) {
      failures = increment(failures, slot);
    }
  }

  /** Makes a delayed message ready. */
  void makeReady(int slot) {
    ready[slot >>> 6] |= 1L << slot;
    firstReady = Math.min(firstReady, slot >>> 6);
    readyCount++;
  }

  /** Returns whether a position names a message of this segment that is delayed. */
  boolean isDelayed(long position) {
    long slot = position - base;
    return slot >= 0
        && slot < tail
        && messages[(int) slot] != null
        && !isSet(ready, (int) slot)
        && !isSet(held, (int) slot);
  }

  /** Removes a message that is in hand. */
  void removeHeld(int slot) {
    held[slot >>> 6] &= ~(1L << slot);
    heldCount--;
    messages[slot] = null;
    live--;
  }

  /** Removes a message that waits, ready or delayed; returns whether it was ready. */
  boolean removeWaiting(int slot) {
    messages[slot] = null;
    live--;
    boolean wasReady = isSet(ready, slot);
    if (wasReady) {
      ready[slot >>> 6] &= ~(1L << slot);
      readyCount--;
    }
    return wasReady;
  }

  /** Returns the first slot at or after one whose message waits, or -1. */
  int nextWaiting(int from) {
    if (live == readyCount + heldCount) {
      return nextReady(from);
    }
    for (int slot = from; slot < tail; slot++) {
      if (messages[slot] != null && !isSet(held, slot)) {
        return slot;
      }
    }
    return -1;
  }

  private int nextReady(int from) {
    int w = from >>> 6;
    if (w >= WORDS) {
      return -1;
    }
    long bits = ready[w] & -1L << from;
    while (bits == 0 && ++w < WORDS) {
      bits = ready[w];
    }
    return bits == 0 ? -1 : (w << 6) + Long.numberOfTrailingZeros(bits);
  }

  /** Hands the messages in hand to a visitor, in order. */
  void forEachHeld(Consumer<Message> visitor) {
    for (int slot = 0; slot < tail; slot++) {
      if (isSet(held, slot)) {
        visitor.accept(message(slot));
      }
    }
  }

  Message message(int slot) {
    return requireNonNull(messages[slot]);
  }

  long arrival(int slot) {
    return arrivals == null ? 0 : arrivals[slot];
  }

  private long stored(int slot) {
    return timesDiffer && storedLater != null ? firstStored + storedLater[slot] : firstStored;
  }

  private static boolean isSet(long[] bits, int slot) {
    return (bits[slot >>> 6] & 1L << slot) != 0;
  }

  private static int count(int @Nullable [] counts, int slot) {
    return counts == null ? 0 : counts[slot];
  }

  private static int[] increment(int @Nullable [] counts, int slot) {
    int[] c = counts == null ? new int[SLOTS] : counts;
    c[slot]++;
    return c;
  }

  /** Throws when the counters and the bits disagree; for tests. */
  void check() {
    int readyBits = 0;
    int heldBits = 0;
    int alive = 0;
    for (int slot = 0; slot < SLOTS; slot++) {
      boolean r = isSet(ready, slot);
      boolean h = isSet(held, slot);
      boolean there = slot < messages.length && messages[slot] != null;
      boolean stray = !there || slot >= tail || (r && slot >>> 6 < firstReady);
      if ((r && h) || ((r || h || there) && stray)) {
        throw new IllegalStateException(
            "slot " + slot + ": ready=" + r + " held=" + h + " message=" + there);
      }
      readyBits += r ? 1 : 0;
      heldBits += h ? 1 : 0;
      alive += there ? 1 : 0;
    }
    if (readyBits != readyCount || heldBits != heldCount || alive != live) {
      throw new IllegalStateException(
          "ready "
              + readyBits
              + "/"
              + readyCount
              + " held "
              + heldBits
              + "/"
              + heldCount
              + " live "
              + alive
              + "/"
              + live);
    }
  }
}
