package dev.mq.api;

import org.jspecify.annotations.Nullable;

/**
 * Answers requests one at a time; any exception counts as a failure of the request's message, as in
 * a {@link BodyHandler}, and sends no reply.
 *
 * @param <T> the type of the requests
 * @param <R> the type of the replies
 */
@FunctionalInterface
public interface Responder<T extends @Nullable Object, R> {
  /**
   * Returns the reply to a request; null for a reply without a body. Runs on a thread of the
   * consumer, never of a client library; may block up to {@code maxHold}.
   */
  @Nullable R respond(T request, Delivery delivery) throws Exception;
}
