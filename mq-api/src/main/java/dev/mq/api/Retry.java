package dev.mq.api;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a queue consumer does with a message whose handler failed. Immutable; every method returns a
 * changed copy.
 *
 * <p>Belongs to the consumer, not to the queue, so a rolling deploy may change it. The default is
 * {@code backoff(1 s, 1 min)} without a limit. A limit needs {@link #deadLetter} or {@link #drop}.
 *
 * <pre>{@code
 * Retry.backoff(ofSeconds(1), ofMinutes(5)).maxAttempts(6).rejectOn(InvalidOrder.class).deadLetter("email.dead")
 * }</pre>
 */
public final class Retry {
  private static final Retry DEFAULT =
      new Retry(Duration.ofSeconds(1), Duration.ofMinutes(1), false, 0, List.of(), null, false);

  private final Duration first;
  private final Duration max;
  private final boolean inPlace;
  private final int maxAttempts;
  private final List<Class<? extends Throwable>> rejectOn;
  private final @Nullable String deadLetter;
  private final boolean drop;

  private Retry(
      Duration first,
      Duration max,
      boolean inPlace,
      int maxAttempts,
      List<Class<? extends Throwable>> rejectOn,
      @Nullable String deadLetter,
      boolean drop) {
    this.first = first;
    this.max = max;
    this.inPlace = inPlace;
    this.maxAttempts = maxAttempts;
    this.rejectOn = rejectOn;
    this.deadLetter = deadLetter;
    this.drop = drop;
  }

  /** Returns the default: backoff from 1 second to 1 minute, no limit. */
  public static Retry defaults() {
    return DEFAULT;
  }

  /**
   * Returns a policy that waits {@code first} after the first failure, twice as long after each
   * further one, at most {@code max}. Where the system delays messages or has logs, the message
   * holds up no other one meanwhile.
   *
   * @throws MqException {@code INVALID_ARGUMENT} when {@code first} is negative or {@code max} is
   *     less than {@code first}
   */
  public static Retry backoff(Duration first, Duration max) {
    requireNonNull(first, "first");
    requireNonNull(max, "max");
    if (first.isNegative() || max.compareTo(first) < 0) {
      throw new MqException(
          ErrorCode.INVALID_ARGUMENT,
          "backoff needs 0 <= first <= max, got " + first + " and " + max);
    }
    return new Retry(first, max, false, 0, List.of(), null, false);
  }

  /**
   * Returns a policy that runs the handler again in its place, so that order is kept; waits like
   * the default.
   */
  public static Retry inPlace() {
    return inPlace(DEFAULT.first, DEFAULT.max);
  }

  /** Returns a policy that waits and runs the handler again in its place, so that order is kept. */
  public static Retry inPlace(Duration first, Duration max) {
    Retry r = backoff(first, max);
    return new Retry(r.first, r.max, true, 0, List.of(), null, false);
  }

  /** Ends after {@code n} failures, 1 or more: exactly then, never before (A-07a). */
  public Retry maxAttempts(int n) {
    if (n < 1) {
      throw new MqException(ErrorCode.INVALID_ARGUMENT, "maxAttempts must be at least 1, is " + n);
    }
    return new Retry(first, max, inPlace, n, rejectOn, deadLetter, drop);
  }

  /**
   * Treats a handler's exception of these types, or with a cause of them, as {@code reject}: no
   * further attempt.
   */
  @SafeVarargs
  public final Retry rejectOn(Class<? extends Throwable>... types) {
    List<Class<? extends Throwable>> all = new ArrayList<>(rejectOn);
    for (Class<? extends Throwable> type : types) {
      all.add(requireNonNull(type, "type"));
    }
    return new Retry(first, max, inPlace, maxAttempts, List.copyOf(all), deadLetter, drop);
  }

  /** Sends rejected messages, and those at the limit, to a queue. */
  public Retry deadLetter(String queue) {
    return new Retry(
        first, max, inPlace, maxAttempts, rejectOn, Names.check("queue", queue), false);
  }

  /** Drops rejected messages, and those at the limit. By name only. */
  public Retry drop() {
    return new Retry(first, max, inPlace, maxAttempts, rejectOn, null, true);
  }

  /** Returns the wait after the first failure. */
  public Duration first() {
    return first;
  }

  /** Returns the longest wait. */
  public Duration max() {
    return max;
  }

  /** Returns whether the handler is run again in its place. */
  public boolean isInPlace() {
    return inPlace;
  }

  /** Returns the number of failures that ends it, or 0 for no limit. */
  public int maxAttempts() {
    return maxAttempts;
  }

  /** Returns the exception types that mean reject. */
  public List<Class<? extends Throwable>> rejectOn() {
    return rejectOn;
  }

  /** Returns the dead-letter queue, or null. */
  public @Nullable String deadLetter() {
    return deadLetter;
  }

  /** Returns whether rejected messages are dropped. */
  public boolean isDrop() {
    return drop;
  }

  /**
   * Returns the wait before the next attempt.
   *
   * @param failures how often it failed so far, 1 or more
   */
  public Duration delayAfter(int failures) {
    int doublings = Math.min(Math.max(failures - 1, 0), 40);
    if (first.isZero() || doublings == 0) {
      return first;
    }
    long limit = max.toMillis();
    long delay = first.toMillis();
    for (int i = 0; i < doublings && delay < limit; i++) {
      delay = Math.max(delay * 2, 1);
    }
    return delay >= limit ? max : Duration.ofMillis(delay);
  }

  @Override
  public String toString() {
    return (inPlace ? "inPlace(" : "backoff(")
        + first
        + ", "
        + max
        + ")"
        + (maxAttempts == 0 ? "" : ".maxAttempts(" + maxAttempts + ")")
        + (deadLetter == null ? "" : ".deadLetter(" + deadLetter + ")")
        + (drop ? ".drop()" : "");
  }
}
