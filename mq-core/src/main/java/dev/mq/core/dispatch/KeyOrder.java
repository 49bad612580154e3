package dev.mq.core.dispatch;

import dev.mq.api.Message;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lets at most one delivery of a key be ready or in a handler; the others of that key wait behind
 * it in their order. Guarded by its user's lock, except {@link #keyOf}.
 */
final class KeyOrder {
  private final Function<? super Message, @Nullable String> keys;
  private final Map<String, Deque<DeliveryImpl>> behind = new HashMap<>();
  private int waiting;

  KeyOrder(Function<? super Message, @Nullable String> keys) {
    this.keys = keys;
  }

  /**
   * Finds the key of a delivery by calling the program; an exception becomes a failure of the
   * message.
   */
  void keyOf(DeliveryImpl d) {
    try {
      d.orderKey = keys.apply(d.message());
    } catch (RuntimeException | Error e) {
      d.keyError = e;
    }
  }

  /** Takes a delivery; returns whether it is ready now. */
  boolean arrive(DeliveryImpl d) {
    String key = d.orderKey;
    if (key == null) {
      return true;
    }
    Deque<DeliveryImpl> queue = behind.get(key);
    if (queue == null) {
      behind.put(key, new ArrayDeque<>(2));
      return true;
    }
    queue.add(d);
    waiting++;
    return false;
  }

  /** Takes a delivery whose handler has ended; returns the next one of its key. */
  @Nullable DeliveryImpl leave(DeliveryImpl d) {
    String key = d.orderKey;
    Deque<DeliveryImpl> queue = key == null ? null : behind.get(key);
    if (queue == null) {
      return null;
    }
    DeliveryImpl next = queue.poll();
    if (next == null) {
      behind.remove(key);
    } else {
      waiting--;
    }
    return next;
  }

  int waiting() {
    return waiting;
  }

  /** Moves all that wait to a list. */
  void drainTo(java.util.List<DeliveryImpl> all) {
    for (Deque<DeliveryImpl> queue : behind.values()) {
      all.addAll(queue);
      queue.clear();
    }
    waiting = 0;
  }
}
