package dev.mq.api;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Builds a requester. Not thread-safe. Operations may override the limits of its sends by {@code
 * mq.producers.<name>.*}, without a release.
 */
public interface RequesterBuilder {
  /** Sets the name in configuration and events; the destination's address by default. */
  RequesterBuilder name(String name);

  /**
   * Sets how long a request waits for its reply, more than zero; 30 seconds by default. Sending it
   * is part of that.
   */
  RequesterBuilder timeout(Duration timeout);

  /**
   * Bounds the requests that wait for their reply, 1 or more; 1000 by default. One more fails at
   * once, definitely.
   */
  RequesterBuilder maxPending(int requests);

  /** Sees every request before it is sent; see {@link ProducerBuilder#intercept}. */
  RequesterBuilder intercept(PublishInterceptor interceptor);

  /**
   * Opens the requester; its reply queue is there when this returns.
   *
   * @throws NotFoundException when the destination does not exist
   */
  Requester open();

  /**
   * Opens a requester of values.
   *
   * @param request encodes requests
   * @param reply decodes replies
   * @param mapping sets key, routing key, headers and so on from the request
   */
  <Q, R> TypedRequester<Q, R> as(Codec<Q> request, Codec<R> reply, Consumer<Mapping<Q>> mapping);

  /** Opens a requester of values whose requests have a body and nothing else. */
  default <Q, R> TypedRequester<Q, R> as(Codec<Q> request, Codec<R> reply) {
    return as(request, reply, m -> {});
  }
}
