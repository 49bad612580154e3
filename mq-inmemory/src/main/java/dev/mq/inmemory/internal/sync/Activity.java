package dev.mq.inmemory.internal.sync;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Tells watchers that something happened in the engine. Costs one volatile read while nobody
 * watches. Thread-safe.
 *
 * <p>Whoever changes state calls {@link #touch} after the change, so a watcher that read {@link
 * #version} first and finds it unchanged after looking has seen one consistent state.
 */
public final class Activity {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final AtomicInteger watchers = new AtomicInteger();
  private final AtomicLong version = new AtomicLong();

  /** Tells that something happened. */
  public void touch() {
    if (watchers.get() > 0) {
      lock.lock();
      try {
        version.incrementAndGet();
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Starts to count. Every call is followed by one of {@link #unwatch}. */
  public void watch() {
    watchers.incrementAndGet();
  }

  /** Ends a {@link #watch}. */
  public void unwatch() {
    watchers.decrementAndGet();
  }

  /** Returns a number that grows with everything that happens while somebody watches. */
  public long version() {
    return version.get();
  }

  /**
   * Waits until something happens.
   *
   * @return whether the version is another than {@code seen}
   */
  public boolean awaitChange(long seen, long nanos) throws InterruptedException {
    long deadline = RealTime.nanoTime() + nanos;
    lock.lockInterruptibly();
    try {
      while (version.get() == seen) {
        long left = deadline - RealTime.nanoTime();
        if (left <= 0) {
          return false;
        }
        boolean unused = changed.await(left, TimeUnit.NANOSECONDS);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }
}
