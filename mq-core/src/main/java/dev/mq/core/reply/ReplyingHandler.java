package dev.mq.core.reply;

import dev.mq.api.BodyHandler;
import dev.mq.api.Codec;
import dev.mq.api.Delivery;
import dev.mq.api.ErrorCode;
import dev.mq.api.Headers;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Responder;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a responder into a handler that returns when the reply is confirmed, so that the request is
 * settled after that. Thread-safe.
 *
 * @param <T> the type of the requests
 * @param <R> the type of the replies
 */
public final class ReplyingHandler<T extends @Nullable Object, R> implements BodyHandler<T> {
  private static final Logger LOG = LoggerFactory.getLogger(ReplyingHandler.class);

  private final Codec<R> codec;
  private final Responder<T, R> responder;

  /** Creates one. */
  public ReplyingHandler(Codec<R> codec, Responder<T, R> responder) {
    this.codec = codec;
    this.responder = responder;
  }

  @Override
  public void handle(T body, Delivery delivery) throws Exception {
    R reply = responder.respond(body, delivery);
    String queue = Replies.queue(delivery.message());
    if (queue == null) {
      LOG.debug("message {} names no queue to reply to", delivery.message().id());
      return;
    }
    try {
      if (!delivery.reply(message(reply, queue)).toCompletableFuture().get()) {
        LOG.debug("nobody waits for the reply to message {} any more", delivery.message().id());
      }
    } catch (ExecutionException e) {
      throw MqException.of(e);
    }
  }

  private Message message(@Nullable R reply, String queue) {
    if (reply == null) {
      return Message.builder().noBody().build();
    }
    Headers.Builder headers = Headers.builder();
    byte[] body;
    try {
      body = codec.encode(reply, queue, headers);
    } catch (MqException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new MqException(ErrorCode.ENCODE, "encode reply for '" + queue + "': " + e, e);
    }
    return Message.builder()
        .bodyUnsafe(body)
        .contentType(codec.contentType())
        .headers(headers.build())
        .build();
  }
}
