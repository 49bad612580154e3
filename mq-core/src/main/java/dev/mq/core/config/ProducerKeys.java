package dev.mq.core.config;

import dev.mq.spi.ConfigKey;
import java.time.Duration;
import java.util.List;

/** The keys under {@code mq.producers.<name>.}: what operations may tune without a release. */
public final class ProducerKeys {
  private static final Duration HOUR = Duration.ofHours(1);

  /** Bound of unanswered messages. */
  public static final ConfigKey<Long> MAX_IN_FLIGHT =
      ConfigKey.number("max-in-flight", 1000, 1, 1_000_000, "The most unanswered sends.");

  /** Bound of unanswered bytes. */
  public static final ConfigKey<Long> MAX_IN_FLIGHT_BYTES =
      ConfigKey.number(
          "max-in-flight-bytes",
          32L << 20,
          1,
          1L << 40,
          "The most bytes of bodies in unanswered sends.");

  /** How long a send waits for room. */
  public static final ConfigKey<Duration> MAX_BLOCK =
      ConfigKey.duration(
          "max-block",
          Duration.ofSeconds(10),
          Duration.ZERO,
          HOUR,
          "How long a send waits for room.");

  /** How long a send may stay unanswered. */
  public static final ConfigKey<Duration> DELIVERY_TIMEOUT =
      ConfigKey.duration(
          "delivery-timeout",
          Duration.ofSeconds(30),
          Duration.ofMillis(1),
          HOUR,
          "After what time without an answer a send completes as unknown.");

  /** All of them, in the order of the documentation. */
  public static final List<ConfigKey<?>> ALL =
      List.of(MAX_IN_FLIGHT, MAX_IN_FLIGHT_BYTES, MAX_BLOCK, DELIVERY_TIMEOUT);

  private ProducerKeys() {}
}
