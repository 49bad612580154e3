package dev.mq.api;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Builds a consumer of a queue. Not thread-safe. Operations may override its numbers, times and
 * retries by {@code mq.consumers.<name>.*}, without a release.
 *
 * @param <T> the type of the body
 */
public interface ConsumerBuilder<T extends @Nullable Object> {
  /**
   * Decodes bodies; a body that cannot be decoded is rejected: dead-lettered, never retried (B-12).
   */
  <U> ConsumerBuilder<U> as(Codec<U> codec);

  /** Sets the name in configuration, events and thread names; the queue's name by default. */
  ConsumerBuilder<T> name(String name);

  /** Bounds the unsettled deliveries, 1 or more: a hard upper bound. 250 by default. */
  ConsumerBuilder<T> prefetch(int prefetch);

  /**
   * Sets how many handlers run at the same time, 1 or more. 1, the default, is serial and ordered
   * (O-08).
   */
  ConsumerBuilder<T> concurrency(int concurrency);

  /**
   * Keeps the order of messages whose key is equal while others run beside them; null keys are not
   * ordered.
   */
  ConsumerBuilder<T> serialBy(Function<? super Message, @Nullable String> key);

  /** Sets who settles; {@code ON_RETURN} by default. */
  ConsumerBuilder<T> ackMode(AckMode mode);

  /**
   * Sets how long a handler may hold a message, more than zero; 5 minutes by default. Then it is
   * interrupted and has failed.
   */
  ConsumerBuilder<T> maxHold(Duration maxHold);

  /** Sets what happens to failed messages. */
  ConsumerBuilder<T> retry(Retry retry);

  /**
   * Sets after how many deliveries, 2 or more, a message that crashes its consumers is
   * dead-lettered; 100 by default (A-07c).
   */
  ConsumerBuilder<T> maxDeliveries(int deliveries);

  /** Sets how long {@link Consumer#close()} waits for running handlers; 30 seconds by default. */
  ConsumerBuilder<T> closeTimeout(Duration timeout);

  /**
   * Runs handlers on an executor of the program's own, such as virtual threads; it is not shut
   * down.
   */
  ConsumerBuilder<T> executor(Executor executor);

  /** Wraps each handler call; the first one added is the outermost. */
  ConsumerBuilder<T> intercept(ConsumeInterceptor interceptor);

  /**
   * Leaves out messages whose id was handled before: they are acknowledged without a call of
   * handler or interceptors. Off by default. While a message is being handled, another one with its
   * id waits for it. A message that failed is no duplicate when it comes again.
   *
   * @param store what was handled; see there how far the promise goes
   */
  ConsumerBuilder<T> deduplicate(DedupStore store);

  /**
   * Starts handling bodies one at a time.
   *
   * @throws NotFoundException when the queue does not exist
   * @throws ConfigException when the retry policy has a limit without a dead-letter queue or drop,
   *     or when duplicates are to be left out and settlement is manual
   */
  Consumer start(BodyHandler<T> handler);

  /** Starts handling deliveries one at a time; see {@link #start(BodyHandler)}. */
  Consumer start(DeliveryHandler handler);

  /**
   * Starts handling deliveries in batches of at most {@code maxSize}, 1 or more, one batch per free
   * handler; a batch takes what is there and never waits to be full.
   *
   * @throws ConfigException also when there are interceptors or duplicates are to be left out,
   *     which concern one delivery
   */
  Consumer startBatch(int maxSize, BatchHandler handler);

  /**
   * Starts answering requests: a handler whose result is published as the reply, confirmed, before
   * the request is settled. A request that names no queue to reply to is handled all the same and
   * its reply left out; so is a reply whose requester has gone. A reply that may not have arrived
   * is a failure of the message: the request is handled again, and a second reply is ignored by the
   * requester.
   *
   * @param codec encodes replies
   * @throws ConfigException also when duplicates are to be left out: their requesters would wait
   *     for nothing
   */
  <R> Consumer respond(Codec<R> codec, Responder<T, R> responder);

  /**
   * Opens a consumer to pull from, with manual settlement. Its {@link #concurrency} says on how
   * many messages the program works at a time: with the default of 1, a backend may hand out the
   * next only when those that were handed out together are settled, as Kafka does; with more, at
   * least {@link Capability#MIN_HOLD} may be held while others arrive, in no order.
   *
   * @throws ConfigException also when the retry policy is in place or duplicates are to be left
   *     out, which needs a handler
   */
  Receiver receiver();
}
