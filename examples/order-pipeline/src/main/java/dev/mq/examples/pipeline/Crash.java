package dev.mq.examples.pipeline;

import dev.mq.api.ConsumeInterceptor;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Picks one worker to die: the one that takes the n-th task does its work and then stops before it
 * can acknowledge, until its connection has been taken away. Thread-safe.
 */
final class Crash {
  private final AtomicInteger countdown;
  private final CountDownLatch killed = new CountDownLatch(1);
  private volatile @Nullable Victim victim;

  /**
   * Who dies, and holding what.
   *
   * @param worker the name of the worker
   * @param order the order its task is for
   */
  record Victim(String worker, String order) {}

  Crash(int task) {
    this.countdown = new AtomicInteger(task);
  }

  /** Returns what goes around the handler of a worker that may be picked. */
  ConsumeInterceptor around(String worker) {
    return (delivery, handler) -> {
      handler.handle(delivery);
      if (countdown.decrementAndGet() == 0) {
        victim = new Victim(worker, Journal.orderOf(delivery.message()));
        killed.await();
        throw new InterruptedException("this worker is dead");
      }
    };
  }

  /** Returns whether a worker stands still with a task in hand. */
  boolean isInHand() {
    return victim != null;
  }

  /** Returns that worker, or null while there is none. */
  @Nullable Victim victim() {
    return victim;
  }

  /** Lets the thread of the dead worker end. */
  void killed() {
    killed.countDown();
  }
}
