package dev.mq.api;

/** Handles deliveries one at a time; any exception counts as a failure of the message. */
@FunctionalInterface
public interface DeliveryHandler {
  /**
   * Handles a delivery. Runs on a thread of the consumer, never of a client library; may block up
   * to {@code maxHold}.
   */
  void handle(Delivery delivery) throws Exception;
}
