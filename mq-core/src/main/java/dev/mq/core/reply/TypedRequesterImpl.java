package dev.mq.core.reply;

import dev.mq.api.Codec;
import dev.mq.api.ErrorCode;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Requester;
import dev.mq.api.TypedProducer;
import dev.mq.api.TypedRequester;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A requester of values over a requester of messages. Thread-safe. */
final class TypedRequesterImpl<Q, R> implements TypedRequester<Q, R> {
  private final Requester requester;
  private final TypedProducer<Q> encoder;
  private final Codec<R> replies;

  TypedRequesterImpl(Requester requester, TypedProducer<Q> encoder, Codec<R> replies) {
    this.requester = requester;
    this.encoder = encoder;
    this.replies = replies;
  }

  @Override
  public @Nullable R request(Q request) {
    return decode(requester.request(encoder.toMessage(request)));
  }

  @Override
  public @Nullable R request(Q request, Duration timeout) {
    return decode(requester.request(encoder.toMessage(request), timeout));
  }

  @Override
  public CompletionStage<@Nullable R> requestAsync(Q request) {
    return requester.requestAsync(encoder.toMessage(request)).thenApply(this::decode);
  }

  @Override
  public CompletionStage<@Nullable R> requestAsync(Q request, Duration timeout) {
    return requester.requestAsync(encoder.toMessage(request), timeout).thenApply(this::decode);
  }

  private @Nullable R decode(Message reply) {
    byte[] body = reply.bodyUnsafe();
    if (body == null) {
      return null;
    }
    try {
      return replies.decode(body, requester.destination().name(), reply.headers());
    } catch (RuntimeException e) {
      throw new MqException(
          ErrorCode.REQUEST_FAILED,
          false,
          false,
          "request " + requester.destination().address() + ": the reply cannot be decoded",
          e);
    }
  }

  @Override
  public Requester requester() {
    return requester;
  }

  @Override
  public void close() {
    requester.close();
  }

  @Override
  public String toString() {
    return "TypedRequester[" + requester.destination().address() + "]";
  }
}
