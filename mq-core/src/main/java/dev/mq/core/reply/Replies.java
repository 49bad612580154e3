package dev.mq.core.reply;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Capability;
import dev.mq.api.ErrorCode;
import dev.mq.api.Message;
import dev.mq.api.MessageTooLargeException;
import dev.mq.api.MqException;
import dev.mq.api.QueueSpec;
import dev.mq.core.runtime.Kernel;
import dev.mq.core.runtime.SystemPublisher;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Publishes replies. All go through one publisher, by the name of their queue, so that requesters
 * that come and go leave nothing behind here.
 */
public final class Replies {
  private static final String QUEUE = "queue:";

  private Replies() {}

  /** Returns the queue that a request wants its reply in, or null when it names none. */
  public static @Nullable String queue(Message request) {
    String to = request.replyTo();
    if (to == null) {
      return null;
    }
    String name = to.startsWith(QUEUE) ? to.substring(QUEUE.length()) : to;
    boolean other = name.startsWith("exchange:") || name.startsWith("log:");
    try {
      return other ? null : QueueSpec.of(name).name();
    } catch (MqException e) {
      return null; // set by a foreign client
    }
  }

  /** Answers a request; see {@link dev.mq.api.Delivery#reply}. */
  public static CompletionStage<Boolean> send(Kernel kernel, Message request, Message reply) {
    requireNonNull(reply, "reply");
    String queue = queue(request);
    if (queue == null) {
      throw new MqException(
          ErrorCode.INVALID_ARGUMENT,
          "reply to message " + request.id() + ": it names no queue to reply to");
    }
    int max = kernel.capabilities().value(Capability.MAX_BODY_BYTES).orElse(Integer.MAX_VALUE);
    if (reply.bodyBytes() > max) {
      throw new MessageTooLargeException(
          "reply queue:" + queue + ": body has " + reply.bodyBytes() + " bytes, at most " + max);
    }
    String known = request.correlationId();
    Message sent =
        reply.toBuilder()
            .removeReservedHeaders()
            .correlationId(known == null ? request.id() : known)
            .routingKey(queue)
            .build();
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    kernel
        .systemPublisher()
        .publish(SystemPublisher.BY_ROUTING_KEY, sent, error -> done(kernel, done, error));
    return done.minimalCompletionStage();
  }

  private static void done(
      Kernel kernel, CompletableFuture<Boolean> done, @Nullable MqException error) {
    Runnable completion =
        error == null
            ? () -> done.complete(true)
            : isGone(error) ? () -> done.complete(false) : () -> done.completeExceptionally(error);
    kernel.completions().execute(completion);
  }

  private static boolean isGone(MqException error) {
    return error.code() == ErrorCode.UNROUTABLE || error.code() == ErrorCode.NOT_FOUND;
  }
}
