package dev.mq.core.config;

import dev.mq.spi.ConfigKey;
import java.time.Duration;
import java.util.List;

/** The keys under {@code mq.consumers.<name>.}: what operations may tune without a release. */
public final class ConsumerKeys {
  private static final Duration DAY = Duration.ofDays(1);

  /** Bound of unsettled deliveries. */
  public static final ConfigKey<Long> PREFETCH =
      ConfigKey.number(
          "prefetch", 250, 1, 1_000_000, "The most unsettled deliveries of a queue consumer.");

  /** Handlers at the same time. */
  public static final ConfigKey<Long> CONCURRENCY =
      ConfigKey.number(
          "concurrency",
          1,
          1,
          10_000,
          "How many handlers run at the same time; 16 partitions by default in a log group.");

  /** How long a handler may hold a message. */
  public static final ConfigKey<Duration> MAX_HOLD =
      ConfigKey.duration(
          "max-hold",
          Duration.ofMinutes(5),
          Duration.ofMillis(1),
          DAY,
          "How long a handler may hold a message.");

  /** Deliveries until a crash loop ends. */
  public static final ConfigKey<Long> MAX_DELIVERIES =
      ConfigKey.number(
          "max-deliveries",
          100,
          2,
          1_000_000,
          "After how many deliveries a message is dead-lettered as a crash loop.");

  /** Close timeout. */
  public static final ConfigKey<Duration> CLOSE_TIMEOUT =
      ConfigKey.duration(
          "close-timeout",
          Duration.ofSeconds(30),
          Duration.ZERO,
          DAY,
          "How long close waits for running handlers.");

  /** Wait after the first failure. */
  public static final ConfigKey<Duration> RETRY_FIRST =
      ConfigKey.duration(
          "retry.first",
          Duration.ofSeconds(1),
          Duration.ZERO,
          DAY,
          "The wait after the first failure of a message.");

  /** Longest wait. */
  public static final ConfigKey<Duration> RETRY_MAX =
      ConfigKey.duration(
          "retry.max",
          Duration.ofMinutes(1),
          Duration.ZERO,
          DAY,
          "The longest wait between attempts of a message.");

  /** Failures that end it. */
  public static final ConfigKey<Long> RETRY_MAX_ATTEMPTS =
      ConfigKey.number(
          "retry.max-attempts",
          0,
          0,
          1_000_000,
          "After how many failures a message is dead-lettered; 0 for no limit.");

  /** Dead-letter queue. */
  public static final ConfigKey<String> RETRY_DEAD_LETTER =
      ConfigKey.text(
          "retry.dead-letter", null, "The queue for rejected messages and those at the limit.");

  /** Records received at a time. */
  public static final ConfigKey<Long> BATCH_SIZE =
      ConfigKey.number(
          "batch-size",
          500,
          1,
          1_000_000,
          "The most records a log group member receives at a time.");

  /** All of them, in the order of the documentation. */
  public static final List<ConfigKey<?>> ALL =
      List.of(
          PREFETCH,
          CONCURRENCY,
          MAX_HOLD,
          MAX_DELIVERIES,
          CLOSE_TIMEOUT,
          RETRY_FIRST,
          RETRY_MAX,
          RETRY_MAX_ATTEMPTS,
          RETRY_DEAD_LETTER,
          BATCH_SIZE);

  private ConsumerKeys() {}
}
