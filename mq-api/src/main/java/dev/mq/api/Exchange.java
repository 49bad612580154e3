package dev.mq.api;

import java.util.List;

/**
 * Routes messages to queues by its bindings. A handle: costs no I/O, thread-safe. Implemented by
 * the library only.
 */
public non-sealed interface Exchange extends Destination {
  /**
   * Returns a builder of requesters that publish here and wait for replies.
   *
   * @throws UnsupportedCapabilityException without {@link Capability#TEMPORARY_QUEUE}
   */
  RequesterBuilder requester();

  /**
   * Binds a queue by key; returns when the binding is confirmed and applied here.
   *
   * @throws NotFoundException when the exchange or the queue does not exist
   * @throws MqException {@code INVALID_ARGUMENT} when the pattern has more than two {@code #}
   */
  void bind(String key, Queue queue);

  /** Removes a binding made by {@link #bind}; one that is not there changes nothing. */
  void unbind(String key, Queue queue);

  /** Deletes the exchange and its bindings. One that is not there changes nothing. */
  void delete();

  /**
   * Returns the names of the queues a message would reach now, sorted, without publishing it.
   *
   * @throws NotFoundException when the exchange does not exist
   * @throws UnsupportedCapabilityException without {@link Capability#DRY_RUN_ROUTING}
   */
  List<String> route(Message message);
}
