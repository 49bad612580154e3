package dev.mq.api;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * When a member of a log group commits: always the contiguous prefix of what was handled, never
 * past a hole (G-08).
 */
public sealed interface CommitMode {
  /** Returns the default: after each handled batch of what was received. */
  static CommitMode afterBatch() {
    return AfterBatch.INSTANCE;
  }

  /**
   * Returns a mode that commits at most once an interval, more than zero, and at revoke and close.
   */
  static CommitMode every(Duration interval) {
    return new Every(interval);
  }

  /** Returns a mode in which only {@link GroupConsumer#commit} commits. */
  static CommitMode manual() {
    return Manual.INSTANCE;
  }

  /** After each handled batch. */
  enum AfterBatch implements CommitMode {
    /** The only instance. */
    INSTANCE
  }

  /** Only by the program. */
  enum Manual implements CommitMode {
    /** The only instance. */
    INSTANCE
  }

  /**
   * Periodic.
   *
   * @param interval the time between commits
   */
  record Every(Duration interval) implements CommitMode {
    /** Checks the interval. */
    public Every {
      if (requireNonNull(interval, "interval").toMillis() < 1) {
        throw new MqException(
            ErrorCode.INVALID_ARGUMENT, "commit interval must be at least 1 ms, is " + interval);
      }
    }
  }
}
