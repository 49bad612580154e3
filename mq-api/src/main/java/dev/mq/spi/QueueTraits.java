package dev.mq.spi;

/**
 * What the runtime must know about the queues of a system.
 *
 * @param nativeRetry whether {@link SettleOutcome#RETRY} is known: counts a failure with the
 *     message and returns it after a delay. Elsewhere the runtime counts by copies, and lets them
 *     wait in a log of its own where the system has logs, else in the consumer's process, where a
 *     waiting message fills its place in the prefetch
 * @param deliveryLimit after how many deliveries, 3 or more, the system itself ends a message; 0
 *     when it never does. The runtime moves a message by a confirmed copy well before that (A-07b)
 */
public record QueueTraits(boolean nativeRetry, int deliveryLimit) {
  /**
   * Checks the limit.
   *
   * @throws IllegalArgumentException when the system may end a message at its first or second
   *     delivery: no copy could be made in time
   */
  public QueueTraits {
    if (deliveryLimit != 0 && deliveryLimit < 3) {
      throw new IllegalArgumentException(
          "deliveryLimit must be 0, or 3 or more, is " + deliveryLimit);
    }
  }

  /** Describes queues that end no message. */
  public QueueTraits(boolean nativeRetry) {
    this(nativeRetry, 0);
  }
}
