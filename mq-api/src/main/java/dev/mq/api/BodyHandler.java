package dev.mq.api;

import org.jspecify.annotations.Nullable;

/**
 * Handles decoded bodies one at a time; any exception counts as a failure of the message.
 *
 * @param <T> the type of the body
 */
@FunctionalInterface
public interface BodyHandler<T extends @Nullable Object> {
  /**
   * Handles a body. Runs on a thread of the consumer, never of a client library; may block up to
   * {@code maxHold}.
   */
  void handle(T body, Delivery delivery) throws Exception;
}
