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
   * Publishes without waiting for room.
   *
   * @param address {@code queue:NAME}, {@code log:NAME} or {@code exchange:NAME}
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
