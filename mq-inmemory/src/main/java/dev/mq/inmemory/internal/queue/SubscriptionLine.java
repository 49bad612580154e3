package dev.mq.inmemory.internal.queue;

import dev.mq.spi.DeliveryBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions of a queue, and who gets messages. Guarded by the lock of the queue.
 *
 * <p>{@code line} holds the subscriptions that wait and can take a message; {@code eligible} counts
 * all that can take one now. A subscription whose turn comes although it is not in the line (it got
 * room, became the active one, was connected again) is signalled, so that it looks.
 */
final class SubscriptionLine {
  private final MessageStore store;
  private final boolean singleActive;
  private final List<MemorySubscription> subscriptions = new ArrayList<>();
  private final ArrayDeque<MemorySubscription> line = new ArrayDeque<>();
  private int eligible;
  private boolean suspended;
  private long deliveriesToBreak = -1;

  SubscriptionLine(MessageStore store, boolean singleActive) {
    this.store = store;
    this.singleActive = singleActive;
  }

  boolean isEmpty() {
    return subscriptions.isEmpty();
  }

  boolean anyCanTake() {
    return eligible > 0;
  }

  boolean anyWaits() {
    return !line.isEmpty();
  }

  List<MemorySubscription> all() {
    return List.copyOf(subscriptions);
  }

  void add(MemorySubscription s) {
    subscriptions.add(s);
    refresh(s);
  }

  /** Removes a subscription; what it has in hand returns. */
  void remove(MemorySubscription s) {
    s.ended = true;
    store.releaseAll(s.leases);
    leave(s);
    refresh(s);
    subscriptions.remove(s);
    subscriptions.forEach(this::refresh);
  }

  /**
   * Hands a subscription its share of the ready messages: all for the only one that can take some,
   * else so many that the others get as many. Returns how many it got.
   */
  int takeShare(MemorySubscription s, DeliveryBatch batch) {
    int max = Math.min(batch.room(), s.credit());
    if (eligible > 1) {
      max = (int) Math.min(max, (store.ready() + eligible - 1) / eligible);
    }
    if (deliveriesToBreak >= 0) {
      max = (int) Math.min(max, deliveriesToBreak);
    }
    int first = batch.size();
    int n = store.take(batch, max, s.leases);
    if (s.settleOnReceive()) {
      for (int i = first; i < first + n; i++) {
        store.remove(s.leases, s.leases.find(batch.token(i)));
      }
    }
    refresh(s);
    if (deliveriesToBreak >= 0) {
      deliveriesToBreak -= n;
      if (deliveriesToBreak == 0) {
        deliveriesToBreak = -1;
        suspend();
      }
    }
    return n;
  }

  /** Puts a subscription at the end of the line. */
  void join(MemorySubscription s) {
    s.waiting = true;
    line.add(s);
  }

  void leave(MemorySubscription s) {
    if (s.waiting) {
      s.waiting = false;
      line.remove(s);
    }
  }

  /** Takes the next one out of the line when there is something for it. */
  @Nullable MemorySubscription next() {
    if (store.ready() == 0) {
      return null;
    }
    MemorySubscription s = line.poll();
    if (s != null) {
      s.waiting = false;
    }
    return s;
  }

  /** Finds out anew whether a subscription can take a message. */
  void refresh(MemorySubscription s) {
    boolean can =
        !s.ended && !suspended && s.credit() > 0 && (!singleActive || subscriptions.get(0) == s);
    if (can != s.eligible) {
      s.eligible = can;
      eligible += can ? 1 : -1;
      if (can) {
        s.signal();
      }
    }
  }

  /** Cuts all off once so many more messages, 1 or more, have been handed out. */
  void breakAfter(long deliveries) {
    deliveriesToBreak = deliveries;
  }

  boolean isSuspended() {
    return suspended;
  }

  private void suspend() {
    suspended = true;
    for (MemorySubscription s : subscriptions) {
      store.releaseAll(s.leases);
      leave(s);
      refresh(s);
    }
  }

  /** Ends what {@link #breakAfter} brought about. */
  void resume() {
    suspended = false;
    subscriptions.forEach(this::refresh);
  }
}
