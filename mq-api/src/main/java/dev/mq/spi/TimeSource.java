package dev.mq.spi;

import java.time.Duration;
import java.time.Instant;

/** Clock and timers, of the system or of an engine with a controllable clock. Thread-safe. */
public interface TimeSource {
  /** Returns the time of day. */
  Instant now();

  /** Returns nanoseconds since an arbitrary moment; never goes back. */
  long nanoTime();

  /**
   * Runs a task once after a delay. Tasks run one at a time per time source, must not block and
   * must not throw.
   *
   * @return a handle to cancel it
   */
  Timer schedule(Duration delay, Runnable task);

  /** A task that waits for its time. */
  interface Timer {
    /** Keeps the task from running, unless it has started. Idempotent. */
    void cancel();
  }
}
