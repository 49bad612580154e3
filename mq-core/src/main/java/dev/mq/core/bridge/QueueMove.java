package dev.mq.core.bridge;

import dev.mq.api.BatchHandler;
import dev.mq.api.Delivery;
import java.util.List;

/**
 * Moves deliveries: each is acknowledged when the destination has it; the rest fails with its batch
 * and is tried again in its place.
 */
record QueueMove(Mover mover) implements BatchHandler {
  @Override
  public void handle(List<Delivery> deliveries) {
    mover.move(deliveries.stream().map(Delivery::message).toList(), i -> deliveries.get(i).ack());
  }
}
