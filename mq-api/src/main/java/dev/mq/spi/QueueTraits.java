package dev.mq.spi;

/**
 * What the runtime must know about the queues of a system.
 *
 * @param nativeRetry whether {@link SettleOutcome#RETRY} is known: counts a failure with the
 *     message and returns it after a delay
 */
public record QueueTraits(boolean nativeRetry) {}
