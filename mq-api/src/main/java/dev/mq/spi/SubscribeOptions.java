package dev.mq.spi;

import static java.util.Objects.requireNonNull;

/**
 * How a consumer wants to take messages.
 *
 * @param consumer the name of the consumer, for the system's own displays
 * @param prefetch the most deliveries unsettled at any time over all lanes, 1 or more
 * @param concurrency how many handlers run at the same time, 1 or more
 * @param settleOnReceive whether deliveries are settled as they are handed out
 */
public record SubscribeOptions(
    String consumer, int prefetch, int concurrency, boolean settleOnReceive) {
  /** Checks for null. */
  public SubscribeOptions {
    requireNonNull(consumer, "consumer");
  }
}
