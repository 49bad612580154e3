package dev.mq.core.bridge;

import dev.mq.api.BrokerEvent;
import dev.mq.api.Destination;
import dev.mq.api.MqException;
import org.jspecify.annotations.Nullable;

/** Tells the listener of a destination's broker what a bridge did. */
@FunctionalInterface
public interface BridgeEvents {
  /** Tells of an event; does not block. */
  void event(
      Destination destination, BrokerEvent.Type type, String text, @Nullable MqException error);
}
