package dev.mq.tck;

import java.time.Duration;

/**
 * The kit's clock and its one patience. Every positive wait has the same generous deadline, times
 * the system property {@code mq.tck.timeScale}; a test that waits for an event that comes never
 * waits for as long.
 */
final class Timing {
  private Timing() {}

  static long nanos() {
    return System.nanoTime();
  }

  /** Returns how long to wait for what has to happen. */
  static Duration patience() {
    return scaled(Duration.ofSeconds(30));
  }

  /** Returns how long one test may take. */
  static Duration testLimit() {
    return scaled(Duration.ofSeconds(75));
  }

  static Duration scaled(Duration duration) {
    double scale = Double.parseDouble(System.getProperty("mq.tck.timeScale", "1"));
    return Duration.ofNanos((long) (duration.toNanos() * scale));
  }

  static Duration since(long nanos) {
    return Duration.ofNanos(nanos() - nanos);
  }

  /** The end of one wait. */
  static final class Deadline {
    private final long end = nanos() + patience().toNanos();

    boolean isOver() {
      return remainingNanos() <= 0;
    }

    long remainingNanos() {
      return end - nanos();
    }
  }
}
