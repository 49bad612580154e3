package dev.mq.rabbit.internal.stream;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Lets one thread wait for others. A signal is remembered until the next {@link #reset}; while
 * nobody waits it costs a write.
 */
final class Waker {
  private volatile boolean signalled;
  private volatile @Nullable Thread waiting;

  /** Forgets earlier signals; called before looking at what they told of. */
  void reset() {
    signalled = false;
  }

  void signal() {
    signalled = true;
    Thread t = waiting;
    if (t != null) {
      LockSupport.unpark(t);
    }
  }

  /** Waits for a signal since the last reset, at most for a time. May return early. */
  void await(long nanos) throws InterruptedException {
    waiting = Thread.currentThread();
    try {
      if (!signalled && nanos > 0) {
        LockSupport.parkNanos(this, nanos);
      }
    } finally {
      waiting = null;
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }
}
