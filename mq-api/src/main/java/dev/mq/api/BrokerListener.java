package dev.mq.api;

/**
 * Told of events. Called on a thread of the library, one at a time per broker, in order; must not
 * block for long.
 */
@FunctionalInterface
public interface BrokerListener {
  /** Called for each event; an exception is logged and ignored. */
  void onEvent(BrokerEvent event);
}
