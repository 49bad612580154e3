package dev.mq.inmemory.internal.queue;

import dev.mq.api.Message;
import dev.mq.spi.DeliveryBatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one priority, in publish order, as a list of segments. Guarded by the lock of its
 * queue.
 *
 * <p>Only the last segment is filled. One that is full and has no message left leaves the list,
 * wherever it is; one such is kept to be used again. No segment before {@code cursor} has a ready
 * message.
 */
final class SegmentChain {
  private final boolean withArrivals;
  private @Nullable MessageSegment head;
  private @Nullable MessageSegment last;
  private @Nullable MessageSegment cursor;
  private @Nullable MessageSegment spare;
  private int ready;
  private int segments;

  SegmentChain(boolean withArrivals) {
    this.withArrivals = withArrivals;
  }

  boolean hasReady() {
    return ready > 0;
  }

  int segments() {
    return segments;
  }

  void append(Message message, long storedMillis, long arrival) {
    MessageSegment s = last;
    if (s == null || s.isFull() || !s.takesTime(storedMillis)) {
      s = extend(s);
    }
    s.append(message, storedMillis, arrival);
    ready++;
  }

  private MessageSegment extend(@Nullable MessageSegment after) {
    MessageSegment s = spare != null ? spare : new MessageSegment(this, withArrivals);
    spare = null;
    s.restart(after == null ? s.base : after.base + MessageSegment.SLOTS);
    s.previous = after;
    s.next = null;
    if (after == null) {
      head = s;
    } else {
      after.next = s;
    }
    last = s;
    if (cursor == null || ready == 0) {
      cursor = s;
    }
    segments++;
    return s;
  }

  /** Hands out ready messages in order, at most {@code max}, and returns how many. */
  int take(DeliveryBatch batch, int max, LeaseTable leases) {
    int n = 0;
    MessageSegment s = cursor;
    while (s != null && n < max && ready > 0) {
      if (s.readyCount > 0) {
        int taken = s.take(batch, max - n, leases);
        n += taken;
        ready -= taken;
      }
      cursor = s;
      s = s.readyCount > 0 ? s : s.next;
    }
    return n;
  }

  void removeHeld(MessageSegment s, int slot) {
    s.removeHeld(slot);
    dropIfDone(s);
  }

  /** Makes a delayed message ready. */
  void makeReady(MessageSegment s, int slot) {
    s.makeReady(slot);
    ready++;
    if (cursor == null || s.base < cursor.base) {
      cursor = s;
    }
  }

  /** Removes a message that waits. */
  void removeWaiting(MessageSegment s, int slot) {
    if (s.removeWaiting(slot)) {
      ready--;
    }
    dropIfDone(s);
  }

  /** Returns the segment of the oldest message that waits, or null. */
  @Nullable MessageSegment oldestWaiting() {
    MessageSegment s = head;
    while (s != null && s.live == s.heldCount) {
      s = s.next;
    }
    return s;
  }

  /** Removes every message that waits and returns how many. */
  long purge() {
    long n = 0;
    MessageSegment s = head;
    while (s != null) {
      MessageSegment following = s.next;
      for (int slot = s.nextWaiting(0); slot >= 0; slot = s.nextWaiting(slot + 1)) {
        if (s.removeWaiting(slot)) {
          ready--;
        }
        n++;
      }
      dropIfDone(s);
      s = following;
    }
    return n;
  }

  /**
   * Hands waiting messages to a visitor, in order, until it has had {@code max}; returns how many
   * it got.
   */
  int browse(int max, Consumer<Message> visitor) {
    int n = 0;
    for (MessageSegment s = head; s != null && n < max; s = s.next) {
      for (int slot = s.nextWaiting(0); slot >= 0 && n < max; slot = s.nextWaiting(slot + 1)) {
        visitor.accept(s.message(slot));
        n++;
      }
    }
    return n;
  }

  void forEachHeld(Consumer<Message> visitor) {
    for (MessageSegment s = head; s != null; s = s.next) {
      s.forEachHeld(visitor);
    }
  }

  private void dropIfDone(MessageSegment s) {
    if (s.live > 0) {
      return;
    }
    if (s == last) {
      // Nothing is left in the last segment: its slots are used again at once, while they are in
      // the cache.
      s.restart(s.base + s.tail);
      return;
    }
    MessageSegment before = s.previous;
    MessageSegment after = s.next;
    if (before == null) {
      head = after;
    } else {
      before.next = after;
    }
    if (after != null) {
      after.previous = before;
    }
    if (cursor == s) {
      cursor = after;
    }
    s.previous = null;
    s.next = null;
    spare = s;
    segments--;
  }

  /** Throws when the invariants do not hold; for tests. */
  void check() {
    int n = 0;
    int readyCount = 0;
    boolean beforeCursor = cursor != null;
    for (MessageSegment s = head; s != null; s = s.next) {
      s.check();
      beforeCursor &= s != cursor;
      if ((beforeCursor && s.readyCount > 0)
          || (s != last && s.live == 0)
          || (s.next != null && s.next.base <= s.base)) {
        throw new IllegalStateException(
            "segment at " + s.base + ": ready=" + s.readyCount + " live=" + s.live);
      }
      n++;
      readyCount += s.readyCount;
    }
    if (n != segments || readyCount != ready || beforeCursor) {
      throw new IllegalStateException(
          "segments " + n + "/" + segments + " ready " + readyCount + "/" + ready);
    }
  }
}
