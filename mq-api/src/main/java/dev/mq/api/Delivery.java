package dev.mq.api;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * One attempt to hand over a message of a queue, leased to this consumer until it is settled.
 *
 * <p>The verbs may be called from any thread and never throw or block: they answer what is known
 * here. The first one wins; none ever settles another delivery. Implemented by the library
 * only.
 */
public interface Delivery {
  /** Returns the message. */
  Message message();

  /** Returns the name of the queue. */
  String queue();

  /**
   * Returns how often the message was delivered, this time included: at least 1, may be more than
   * handler calls.
   */
  int attempt();

  /** Returns how often the message was nacked or its handler threw, before this attempt. Exact. */
  int failures();

  /**
   * Returns whether the message may have been delivered before. False means: certainly not.
   */
  boolean redelivered();

  /** Done. The message does not come again once {@link #settled()} says {@code SETTLED}. */
  Settlement ack();

  /**
   * Failed. The message comes again after the backoff of {@link Retry}, or ends at its limit.
   * Counts as a failure.
   */
  Settlement nack();

  /**
   * Failed, with a wait of the caller's choice, 0 or more, before the next attempt. Counts as a
   * failure.
   */
  Settlement nack(Duration delay);

  /**
   * Failed for good: dead-lettered or dropped as {@link Retry} says; discarded when it says
   * neither.
   */
  Settlement reject();

  /** Not tried: given back at once, natively. Does not count as a failure. */
  Settlement release();

  /**
   * Answers a request: publishes to the queue that its {@code replyTo} names, with its correlation
   * id (its id when it has none), by the library's own publisher. Does not settle: the reply should
   * be confirmed before the request is acknowledged, as {@link ConsumerBuilder#respond} does.
   *
   * @param reply its routing key and correlation id are replaced
   * @return a stage with true when the reply is in the requester's queue, false when that queue is
   *     gone and so nobody waits for it any more; completes exceptionally with a {@link
   *     MqException} else
   * @throws MqException {@code INVALID_ARGUMENT} when the message has no {@code replyTo}, or one
   *     that names no queue
   * @throws MessageTooLargeException when the reply is
   */
  CompletionStage<Boolean> reply(Message reply);

  /**
   * Returns the broker's word on the settlement; completes after one of the verbs or when the lease
   * is lost.
   */
  CompletionStage<SettleResult> settled();
}
