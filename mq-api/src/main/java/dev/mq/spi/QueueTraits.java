package dev.mq.spi;

/**
 * What the runtime must know about the queues of a system.
 *
 * @param nativeRetry whether {@link SettleOutcome#RETRY} is known: counts a failure with the
 *     message and returns it after a delay
 * @param deliveryLimit after how many deliveries, 3 or more, the system itself ends a message; 0
 *     when it never does. The runtime moves a message by a confirmed copy well before that (A-07b)
 */
public record QueueTraits(boolean nativeRetry, int deliveryLimit) {
  /** Describes queues that end no message. */
  public QueueTraits(boolean nativeRetry) {
    this(nativeRetry, 0);
  }
}
