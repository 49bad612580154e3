package dev.mq.api;

import java.util.List;

/**
 * Handles deliveries in batches: return acks and throw nacks exactly those the handler did not
 * settle itself.
 */
@FunctionalInterface
public interface BatchHandler {
  /**
   * Handles 1 or more deliveries. The list belongs to the runtime: it must not be kept after the
   * method returns.
   */
  void handle(List<Delivery> deliveries) throws Exception;
}
