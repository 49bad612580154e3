package dev.mq.core.runtime;

import java.time.Duration;

/** Durations as nanoseconds that never overflow. */
public final class Nanos {
  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 4);

  private Nanos() {}

  /** Returns the nanoseconds of a duration, at most about 73 years. */
  public static long of(Duration d) {
    return d.compareTo(LONGEST) >= 0 ? LONGEST.toNanos() : d.toNanos();
  }
}
