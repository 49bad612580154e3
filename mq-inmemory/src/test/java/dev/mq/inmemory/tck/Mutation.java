package dev.mq.inmemory.tck;

import dev.mq.api.Capabilities;
import dev.mq.api.Positions;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.SettleBatch;
import dev.mq.spi.SubscribeOptions;

/** What a broken backend does differently; here it does nothing differently. Thread-safe. */
interface Mutation {
  default Capabilities capabilities(Capabilities declared) {
    return declared;
  }

  default PublishBatch published(PublishBatch batch) {
    return batch;
  }

  default SubscribeOptions subscribed(SubscribeOptions options) {
    return options;
  }

  /** Hands over what the engine delivered. */
  default void received(DeliveryBatch from, DeliveryBatch to) {
    for (int i = 0; i < from.size(); i++) {
      hand(from, i, from.attempt(i), to);
    }
  }

  default SettleBatch settled(SettleBatch batch) {
    return batch;
  }

  default Positions committed(Positions positions) {
    return positions;
  }

  default long sought(long offset) {
    return offset;
  }

  /** Returns whether bindings made elsewhere are seen late, and nobody waits for them. */
  default boolean seesBindingsLate() {
    return false;
  }

  static void hand(DeliveryBatch from, int i, int attempt, DeliveryBatch to) {
    to.add(from.token(i), from.message(i), attempt, from.failures(i), from.storedAtMillis(i));
  }
}
