package dev.mq.core.log;

import dev.mq.spi.TimeSource;
import dev.mq.spi.TimeSource.Timer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * Where a thread waits before it tries again: longer each time, until reset. For one waiting
 * thread; opened by any.
 */
final class RetryGate {
  private static final Duration FIRST = Duration.ofMillis(100);
  private static final int MAX_DOUBLINGS = 6;

  private final TimeSource time;
  private final CountDownLatch opened = new CountDownLatch(1);
  private volatile CountDownLatch waiting = new CountDownLatch(0);
  private int failures;

  RetryGate(TimeSource time) {
    this.time = time;
  }

  /**
   * Waits until the next attempt is due or the gate is open; an interrupt ends the wait and is
   * kept.
   */
  void await() {
    Duration delay = FIRST.multipliedBy(1L << Math.min(failures++, MAX_DOUBLINGS));
    CountDownLatch due = new CountDownLatch(1);
    waiting = due;
    if (opened.getCount() == 0) {
      return;
    }
    Timer timer = time.schedule(delay, due::countDown);
    try {
      due.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      timer.cancel();
    }
  }

  /** An attempt succeeded. */
  void reset() {
    failures = 0;
  }

  /** Lets everybody pass, for ever. */
  void open() {
    opened.countDown();
    waiting.countDown();
  }
}
