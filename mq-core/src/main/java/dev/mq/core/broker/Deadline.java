package dev.mq.core.broker;

import com.google.common.base.Stopwatch;
import java.time.Duration;

/**
 * What is left of a close timeout, in real time: closing is bounded also when an engine's clock
 * stands still.
 */
final class Deadline {
  private final Stopwatch running = Stopwatch.createStarted();
  private final Duration timeout;

  Deadline(Duration timeout) {
    this.timeout = timeout;
  }

  Duration left() {
    Duration left = timeout.minus(running.elapsed());
    return left.isNegative() ? Duration.ZERO : left;
  }
}
