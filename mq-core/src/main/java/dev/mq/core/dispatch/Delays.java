package dev.mq.core.dispatch;

import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Deliveries that wait for something while they stay leased. Thread-safe.
 *
 * <p>Invariant: of each wait exactly one thing happens: its action runs, when it is due or when the
 * consumer closes, or its cancellation does. It is whoever takes it out of {@code waiting} that
 * does it.
 */
final class Delays {
  private record Wait(DeliveryImpl delivery, Runnable action, Runnable cancelled) {}

  private final TimeSource time;
  private final Map<DeliveryImpl, Wait> waiting = new ConcurrentHashMap<>();
  private volatile boolean hurried;

  Delays(TimeSource time) {
    this.time = time;
  }

  /**
   * Runs an action after a delay, at once when the consumer closes. A delivery waits for one thing
   * at a time.
   */
  void after(DeliveryImpl d, long delayNanos, Runnable action, Runnable cancelled) {
    if (delayNanos <= 0 || hurried) {
      action.run();
      return;
    }
    Wait wait = new Wait(d, action, cancelled);
    waiting.put(d, wait);
    time.schedule(Duration.ofNanos(delayNanos), () -> run(wait));
    if (hurried) {
      run(wait);
    }
  }

  private void run(Wait wait) {
    if (waiting.remove(wait.delivery, wait)) {
      wait.action.run();
    }
  }

  /** Cancels the wait of a delivery; returns whether there was one. */
  boolean cancel(DeliveryImpl d) {
    Wait wait = waiting.remove(d);
    if (wait == null) {
      return false;
    }
    wait.cancelled.run();
    return true;
  }

  /** Runs all actions now, and later ones at once. */
  void hurry() {
    hurried = true;
    for (Wait wait : List.copyOf(waiting.values())) {
      run(wait);
    }
  }

  boolean isHurried() {
    return hurried;
  }

  /** Does nothing. */
  static void nothing() {}
}
