package dev.mq.inmemory.internal.sync;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Lets one thread at a time wait for a signal without holding a lock. There are two ways to miss
 * none: a signal by {@link #signal} is kept until {@link #reset}, so the waiting thread resets,
 * looks for work and waits; one by {@link #signalIfArmed} is given only to a thread that has armed,
 * so that one arms, looks for work again and waits.
 *
 * <p>Waits are bounded in {@link RealTime}.
 */
public final class Waiter {
  private volatile boolean signalled;
  private volatile @Nullable Thread waiting;

  /** Forgets signals given so far. Called by the thread that waits, before it looks for work. */
  public void reset() {
    if (signalled) {
      signalled = false;
    }
  }

  /** Makes this thread the one that {@link #signalIfArmed} signals. Followed by {@link #disarm}. */
  public void arm() {
    waiting = Thread.currentThread();
  }

  /** Ends {@link #arm}. */
  public void disarm() {
    waiting = null;
  }

  /** Ends the current or the next wait. From any thread. */
  public void signal() {
    signalled = true;
    Thread t = waiting;
    if (t != null) {
      LockSupport.unpark(t);
    }
  }

  /**
   * Ends the wait of a thread that has armed; one volatile read when there is none. From any
   * thread.
   */
  public void signalIfArmed() {
    if (waiting != null) {
      signal();
    }
  }

  /**
   * Waits for a signal.
   *
   * @param nanos how long at most; {@link Long#MAX_VALUE} for ever
   * @return the nanoseconds left, 0 when the time is over
   */
  public long await(long nanos) throws InterruptedException {
    boolean forever = nanos == Long.MAX_VALUE;
    long deadline = forever ? 0 : RealTime.nanoTime() + nanos;
    arm();
    try {
      while (true) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        long left = forever ? Long.MAX_VALUE : deadline - RealTime.nanoTime();
        if (signalled || left <= 0) {
          return Math.max(0, left);
        }
        if (forever) {
          LockSupport.park(this);
        } else {
          LockSupport.parkNanos(this, left);
        }
      }
    } finally {
      disarm();
    }
  }
}
