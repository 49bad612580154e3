package dev.mq.inmemory.internal.time;

import dev.mq.spi.TimeSource;

/** The clock of an engine. Thread-safe. */
public interface EngineTime extends TimeSource {
  /** Returns the time of day in milliseconds of the epoch, without an object. */
  long millis();

  /** Drops all timers and takes no more. */
  void shutdown();
}
