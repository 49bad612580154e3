package dev.mq.core.broker;

import java.time.Duration;

/** What is left of a close timeout, in real time: closing is bounded also when an engine's clock stands still. */
final class Deadline {
  private final long end;

  Deadline(Duration timeout) {
    this.end = System.nanoTime() + timeout.toNanos();
  }

  Duration left() {
    return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
  }
}
