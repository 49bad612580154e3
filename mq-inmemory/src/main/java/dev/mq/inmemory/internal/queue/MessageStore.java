package dev.mq.inmemory.internal.queue;

import dev.mq.api.Message;
import dev.mq.api.Overflow;
import dev.mq.api.QueueSpec;
import dev.mq.spi.DeliveryBatch;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a queue, one chain a priority. Guarded by the lock of the queue.
 *
 * <p>Each message waits or is in hand: {@code waiting} and {@code held} count them. Of those that
 * wait {@code ready} can be handed out; the others are delayed. {@code readyMask} has the bit of
 * each priority with a ready message.
 */
final class MessageStore {
  private final @Nullable SegmentChain[] chains;
  private final boolean needsArrivals;
  private final DelayedMessages delayed = new DelayedMessages();
  private int readyMask;
  private long ready;
  private long waiting;
  private long held;
  private long arrivals;

  MessageStore(QueueSpec spec) {
    this.chains = new SegmentChain[spec.maxPriority() + 1];
    this.needsArrivals =
        spec.maxPriority() > 0 && spec.maxLength() > 0 && spec.overflow() == Overflow.DROP_HEAD;
  }

  long ready() {
    return ready;
  }

  long waiting() {
    return waiting;
  }

  long held() {
    return held;
  }

  DelayedMessages delayed() {
    return delayed;
  }

  void append(Message message, long storedMillis) {
    int priority = chains.length == 1 ? 0 : Math.min(message.priority(), chains.length - 1);
    SegmentChain chain = chains[priority];
    if (chain == null) {
      chain = new SegmentChain(needsArrivals);
      chains[priority] = chain;
    }
    chain.append(message, storedMillis, needsArrivals ? arrivals++ : 0);
    readyMask |= 1 << priority;
    ready++;
    waiting++;
  }

  /** Removes the oldest waiting messages, whatever their priority, until so many are left. */
  void dropOldest(long downTo) {
    while (waiting > downTo) {
      MessageSegment oldest = null;
      int slot = 0;
      for (SegmentChain c : chains) {
        MessageSegment s = c == null ? null : c.oldestWaiting();
        if (s != null) {
          int first = s.nextWaiting(0);
          if (oldest == null || s.arrival(first) < oldest.arrival(slot)) {
            oldest = s;
            slot = first;
          }
        }
      }
      if (oldest == null) {
        return;
      }
      ready -= oldest.isDelayed(oldest.base + slot) ? 0 : 1;
      waiting--;
      oldest.chain.removeWaiting(oldest, slot);
      refreshMask();
    }
  }

  /** Hands out ready messages, highest priority first, at most {@code max}; returns how many. */
  int take(DeliveryBatch batch, int max, LeaseTable leases) {
    int n = 0;
    while (n < max && readyMask != 0) {
      int priority = 31 - Integer.numberOfLeadingZeros(readyMask);
      SegmentChain chain = chains[priority];
      if (chain != null) {
        n += chain.take(batch, max - n, leases);
      }
      if (chain == null || !chain.hasReady()) {
        readyMask &= ~(1 << priority);
      }
    }
    ready -= n;
    waiting -= n;
    held += n;
    return n;
  }

  /** Removes a message that is in hand. */
  void remove(LeaseTable leases, int entry) {
    MessageSegment segment = leases.segment(entry);
    if (segment != null) {
      segment.chain.removeHeld(segment, leases.slot(entry));
      leases.remove(entry);
      held--;
    }
  }

  /** Returns a message that is in hand to its place, ready at once. */
  void release(LeaseTable leases, int entry) {
    giveBack(leases, entry, false, 0, 0);
  }

  /** Returns all messages that are in hand of one subscription to their places. */
  void releaseAll(LeaseTable leases) {
    for (int entry = 0; leases.size() > 0 && entry < leases.used(); entry++) {
      release(leases, entry);
    }
  }

  /** Returns a message that is in hand to its place with one more failure, ready after a delay. */
  void retry(LeaseTable leases, int entry, long delayNanos, long nowNanos) {
    giveBack(leases, entry, true, delayNanos, nowNanos);
  }

  private void giveBack(
      LeaseTable leases, int entry, boolean failed, long delayNanos, long nowNanos) {
    MessageSegment segment = leases.segment(entry);
    if (segment == null) {
      return;
    }
    int slot = leases.slot(entry);
    leases.remove(entry);
    held--;
    waiting++;
    segment.giveBack(slot, failed);
    if (delayNanos > 0) {
      delayed.add(nowNanos + Math.min(delayNanos, Long.MAX_VALUE / 4), segment, slot);
    } else {
      segment.chain.makeReady(segment, slot);
      ready++;
      refreshMask();
    }
  }

  /** Makes the delayed messages due at a time ready. */
  void timeReached(long nowNanos) {
    ready += delayed.release(nowNanos);
    refreshMask();
  }

  /** Removes the waiting messages. */
  void purge() {
    for (SegmentChain c : chains) {
      if (c != null) {
        c.purge();
      }
    }
    delayed.clear();
    readyMask = 0;
    ready = 0;
    waiting = 0;
  }

  private void refreshMask() {
    int mask = 0;
    for (int p = 0; p < chains.length; p++) {
      SegmentChain c = chains[p];
      mask |= c != null && c.hasReady() ? 1 << p : 0;
    }
    readyMask = mask;
  }

  /**
   * Returns at most {@code max} waiting messages, delayed ones included: by priority, then in
   * order.
   */
  List<Message> browse(int max) {
    List<Message> found = new ArrayList<>();
    for (int p = chains.length - 1; p >= 0; p--) {
      SegmentChain c = chains[p];
      if (c != null) {
        c.browse(max - found.size(), found::add);
      }
    }
    return found;
  }

  /** Returns the messages in hand. */
  List<Message> inHand() {
    List<Message> found = new ArrayList<>();
    for (SegmentChain c : chains) {
      if (c != null) {
        c.forEachHeld(found::add);
      }
    }
    return found;
  }

  /** Throws when the invariants do not hold; for tests. */
  void check() {
    for (int p = 0; p < chains.length; p++) {
      SegmentChain c = chains[p];
      if (c != null) {
        c.check();
        if (c.hasReady() != ((readyMask & 1 << p) != 0)) {
          throw new IllegalStateException("ready bit of priority " + p);
        }
      }
    }
  }
}
