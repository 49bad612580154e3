package dev.mq.api;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a member of a log group does with a record whose handler failed. There is no nack on a log:
 * the record is retried in its place, its partition waiting, and then skipped, dead-lettered or the
 * consumer stops. Immutable.
 */
public final class Failure {
  /** What happens after the last attempt. */
  public enum Then {
    /** There is no last attempt. */
    RETRY_FOREVER,
    /** The record is passed over. */
    SKIP,
    /** The record is published to a dead-letter destination, confirmed, and then passed over. */
    DEAD_LETTER,
    /** The consumer ends; the record stays uncommitted. */
    STOP
  }

  private static final Failure DEFAULT =
      new Failure(Duration.ofMillis(200), Duration.ofMinutes(1), 0, Then.RETRY_FOREVER, null);

  private final Duration first;
  private final Duration max;
  private final int attempts;
  private final Then then;
  private final @Nullable String deadLetter;

  private Failure(
      Duration first, Duration max, int attempts, Then then, @Nullable String deadLetter) {
    requireNonNull(first, "first");
    requireNonNull(max, "max");
    if (first.isNegative() || max.compareTo(first) < 0) {
      throw new MqException(
          ErrorCode.INVALID_ARGUMENT,
          "retry needs 0 <= first <= max, got " + first + " and " + max);
    }
    this.first = first;
    this.max = max;
    this.attempts = attempts;
    this.then = then;
    this.deadLetter = deadLetter;
  }

  /**
   * Returns the default: retry for ever, waiting 200 ms at first and at most 1 minute, with an
   * event at the tenth failure.
   */
  public static Failure retryForever() {
    return DEFAULT;
  }

  /**
   * Returns a policy that retries for ever, waiting {@code first}, then twice as long each time, at
   * most {@code max}.
   */
  public static Failure retryForever(Duration first, Duration max) {
    return new Failure(first, max, 0, Then.RETRY_FOREVER, null);
  }

  /**
   * Returns a policy that tries {@code attempts} times (1 or more) with waits of {@code first},
   * doubled, and then skips.
   */
  public static Failure retryThenSkip(Duration first, int attempts) {
    return limited(first, attempts, Then.SKIP, null);
  }

  /**
   * Returns a policy that tries {@code attempts} times (1 or more) and then publishes the record to
   * a dead-letter destination.
   *
   * @param destination an address such as {@code queue:dead} or {@code log:dead}; a plain name is a
   *     log
   */
  public static Failure retryThenDeadLetter(Duration first, int attempts, String destination) {
    return limited(first, attempts, Then.DEAD_LETTER, requireNonNull(destination, "destination"));
  }

  /** Returns a policy that tries {@code attempts} times (1 or more) and then ends the consumer. */
  public static Failure retryThenStop(Duration first, int attempts) {
    return limited(first, attempts, Then.STOP, null);
  }

  /** Returns a policy that ends the consumer at the first failure. */
  public static Failure stop() {
    return limited(Duration.ZERO, 1, Then.STOP, null);
  }

  private static Failure limited(
      Duration first, int attempts, Then then, @Nullable String deadLetter) {
    if (attempts < 1) {
      throw new MqException(
          ErrorCode.INVALID_ARGUMENT, "attempts must be at least 1, is " + attempts);
    }
    requireNonNull(first, "first");
    Duration max = first.compareTo(DEFAULT.max) > 0 ? first : DEFAULT.max;
    return new Failure(first, max, attempts, then, deadLetter);
  }

  /** Returns the number of attempts, or 0 for no limit. */
  public int attempts() {
    return attempts;
  }

  /** Returns what happens after the last attempt. */
  public Then then() {
    return then;
  }

  /** Returns the dead-letter destination, or null. */
  public @Nullable String deadLetter() {
    return deadLetter;
  }

  /** Returns the wait before the next attempt after {@code failures} failures, 1 or more. */
  public Duration delayAfter(int failures) {
    return Retry.backoff(first, max).delayAfter(failures);
  }
}
