package dev.mq.core.runtime;

import dev.mq.api.Message;
import dev.mq.api.MqException;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what the runtime itself has to publish: dead letters, copies, replies. Has a window of
 * its own. Thread-safe.
 */
public interface SystemPublisher {
  /**
   * The address of the default exchange: a message goes to the queue that its routing key names.
   * One publisher for any number of queues.
   */
  String BY_ROUTING_KEY = "exchange:";

  /**
   * Publishes without waiting for room.
   *
   * @param address {@code queue:NAME}, {@code log:NAME}, {@code exchange:NAME} or {@link
   *     #BY_ROUTING_KEY}
   * @param done called exactly once, from any thread, with null when confirmed; must not block and
   *     must not run user code
   */
  void publish(String address, Message message, Done done);

  /** Told what became of a message. */
  @FunctionalInterface
  interface Done {
    /** The message is confirmed when {@code error} is null. */
    void done(@Nullable MqException error);
  }
}
