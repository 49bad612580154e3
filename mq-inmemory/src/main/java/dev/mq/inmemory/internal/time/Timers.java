package dev.mq.inmemory.internal.time;

import java.time.Duration;

/** Arithmetic on delays. */
final class Timers {
  /** Longer delays are taken for this one: some 146 years, which leaves room for sums. */
  private static final long MAX_NANOS = Long.MAX_VALUE / 2;

  private static final Duration MAX = Duration.ofNanos(MAX_NANOS);

  private Timers() {}

  /** Returns a delay in nanoseconds, 0 or more. */
  static long nanos(Duration delay) {
    if (delay.isNegative()) {
      return 0;
    }
    return delay.compareTo(MAX) > 0 ? MAX_NANOS : delay.toNanos();
  }
}
