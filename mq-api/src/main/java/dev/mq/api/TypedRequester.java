package dev.mq.api;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests and returns replies through codecs; otherwise as {@link Requester}. A reply
 * without a body is null; one that cannot be decoded is an error with code {@link
 * ErrorCode#REQUEST_FAILED}, not definite, for the request was handled. Thread-safe. Implemented by
 * the library only.
 *
 * @param <Q> the type of the requests
 * @param <R> the type of the replies
 */
public interface TypedRequester<Q, R> extends AutoCloseable {
  /** Encodes, sends and waits for the reply; see {@link Requester#request(Message)}. */
  @Nullable R request(Q request);

  /** Encodes, sends and waits for the reply; see {@link Requester#request(Message, Duration)}. */
  @Nullable R request(Q request, Duration timeout);

  /** Encodes and sends; see {@link Requester#requestAsync(Message)}. */
  CompletionStage<@Nullable R> requestAsync(Q request);

  /** Encodes and sends; see {@link Requester#requestAsync(Message, Duration)}. */
  CompletionStage<@Nullable R> requestAsync(Q request, Duration timeout);

  /** Returns the requester underneath. */
  Requester requester();

  /** Closes the requester underneath. */
  @Override
  void close();
}
