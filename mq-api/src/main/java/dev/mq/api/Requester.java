package dev.mq.api;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Publishes requests to one destination and waits for a reply to each. Thread-safe. Made by {@link
 * RequesterBuilder}, closed by whoever made it or with its {@link Broker}. Implemented by the
 * library only.
 *
 * <p>Replies come to a temporary queue of this requester, which exists before the first request is
 * sent. A request gets that queue as its {@code replyTo} and a correlation id of its own; both
 * replace what the message had. A reply is handed over at most once: it is lost when this process
 * or the way to the reply queue is.
 *
 * <p>Each request completes exactly once: with the reply that carries its correlation id
 * with the definite error of its publish, so that nobody has seen it; or with an error that
 * is not definite, after which it may have been handled or may be yet: {@link
 * RequestTimeoutException}, or {@link ErrorCode#REQUEST_FAILED} when the requester was closed or
 * the reply queue was lost. A publish of unknown outcome does not end a request: its reply may
 * still come.
 *
 * <pre>{@code
 * try (Requester prices = broker.exchange("rpc").requester().timeout(Duration.ofSeconds(5)).open()) {
 *   Message reply = prices.request(Message.builder().routingKey("price").body("4711").build());
 * }
 * }</pre>
 */
public interface Requester extends AutoCloseable {
  /** Returns where requests are published. */
  Destination destination();

  /**
   * Sends a request and waits for its reply, at most for the requester's timeout.
   *
   * @throws RequestTimeoutException when no reply came in time
   * @throws BackpressureException when too many requests are open
   * @throws MqException what a send throws that failed definitely; {@code REQUEST_FAILED} when the
   *     requester was closed or lost its reply queue meanwhile; {@code WOULD_BLOCK} when called
   *     from a completion; {@code INTERRUPTED}
   */
  Message request(Message message);

  /**
   * Sends a request and waits for its reply; see {@link #request(Message)}.
   *
   * @param timeout how long at most from this call on, more than zero
   */
  Message request(Message message, Duration timeout);

  /**
   * Sends a request; the stage completes on a thread of the library, with a {@link MqException}
   * when there is no reply. Its result must be used.
   */
  CompletionStage<Message> requestAsync(Message message);

  /**
   * Sends a request; see {@link #requestAsync(Message)}.
   *
   * @param timeout how long at most from this call on, more than zero
   */
  CompletionStage<Message> requestAsync(Message message, Duration timeout);

  /** Returns how many requests wait for their reply. */
  int pending();

  /**
   * Returns how many replies came that nobody waited for: late ones, second ones, and those without
   * a correlation id of this requester.
   */
  long ignoredReplies();

  /** Fails open requests, removes the reply queue and closes. Idempotent. */
  @Override
  void close();
}
