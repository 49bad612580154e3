package dev.mq.core.produce;

import dev.mq.core.config.ProducerKeys;
import dev.mq.core.config.Section;
import java.time.Duration;

/**
 * Limits of a producer.
 *
 * @param maxInFlight most unanswered sends
 * @param maxInFlightBytes most bytes of bodies in unanswered sends
 * @param maxBlock how long a send waits for room
 * @param deliveryTimeout how long a send may stay unanswered
 * @param dropUnroutable whether a message that reaches no queue is ok
 */
public record ProducerOptions(
    int maxInFlight, long maxInFlightBytes, Duration maxBlock, Duration deliveryTimeout, boolean dropUnroutable) {
  /** The defaults. */
  public static final ProducerOptions DEFAULTS =
      new ProducerOptions(1000, 32L << 20, Duration.ofSeconds(10), Duration.ofSeconds(30), false);

  /** Those of what the runtime itself publishes: never waits, never drops. */
  public static final ProducerOptions SYSTEM =
      new ProducerOptions(1_000_000, 1L << 40, Duration.ZERO, Duration.ofSeconds(30), false);

  /** Returns these options with what operations configured. */
  ProducerOptions with(Section section) {
    return new ProducerOptions(
        Math.toIntExact(section.get(ProducerKeys.MAX_IN_FLIGHT, (long) maxInFlight)),
        section.get(ProducerKeys.MAX_IN_FLIGHT_BYTES, maxInFlightBytes),
        section.get(ProducerKeys.MAX_BLOCK, maxBlock),
        section.get(ProducerKeys.DELIVERY_TIMEOUT, deliveryTimeout),
        dropUnroutable);
  }
}
