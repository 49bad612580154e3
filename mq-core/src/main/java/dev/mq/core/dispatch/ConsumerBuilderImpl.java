package dev.mq.core.dispatch;

import static java.util.Objects.requireNonNull;

import dev.mq.api.AckMode;
import dev.mq.api.BatchHandler;
import dev.mq.api.BodyHandler;
import dev.mq.api.Codec;
import dev.mq.api.ConfigException;
import dev.mq.api.ConsumeInterceptor;
import dev.mq.api.Consumer;
import dev.mq.api.ConsumerBuilder;
import dev.mq.api.DecodeException;
import dev.mq.api.DedupStore;
import dev.mq.api.Delivery;
import dev.mq.api.DeliveryHandler;
import dev.mq.api.ErrorCode;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Receiver;
import dev.mq.api.Responder;
import dev.mq.api.Retry;
import dev.mq.api.UnsupportedCapabilityException;
import dev.mq.core.reply.ReplyingHandler;
import dev.mq.core.runtime.Kernel;
import dev.mq.core.runtime.QueueRef;
import dev.mq.spi.QueueDriver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Builds consumers of one queue. Not thread-safe. */
final class ConsumerBuilderImpl<T> implements ConsumerBuilder<T> {
  private final Kernel kernel;
  private final ConsumerDraft draft;
  private final Codec<T> codec;

  ConsumerBuilderImpl(Kernel kernel, ConsumerDraft draft, Codec<T> codec) {
    this.kernel = kernel;
    this.draft = draft;
    this.codec = codec;
  }

  @Override
  public <U> ConsumerBuilder<U> as(Codec<U> codec) {
    return new ConsumerBuilderImpl<>(kernel, draft, requireNonNull(codec, "codec"));
  }

  @Override
  public ConsumerBuilder<T> name(String name) {
    draft.name = requireNonNull(name, "name");
    return this;
  }

  @Override
  public ConsumerBuilder<T> prefetch(int prefetch) {
    draft.prefetch = atLeast(1, prefetch, "prefetch");
    return this;
  }

  @Override
  public ConsumerBuilder<T> concurrency(int concurrency) {
    draft.concurrency = atLeast(1, concurrency, "concurrency");
    return this;
  }

  @Override
  public ConsumerBuilder<T> serialBy(Function<? super Message, @Nullable String> key) {
    draft.serialBy = requireNonNull(key, "key");
    return this;
  }

  @Override
  public ConsumerBuilder<T> ackMode(AckMode mode) {
    draft.ackMode = requireNonNull(mode, "mode");
    return this;
  }

  @Override
  public ConsumerBuilder<T> maxHold(Duration maxHold) {
    if (requireNonNull(maxHold, "maxHold").isNegative() || maxHold.isZero()) {
      throw new MqException(
          ErrorCode.INVALID_ARGUMENT, "maxHold must be more than zero, is " + maxHold);
    }
    draft.maxHold = maxHold;
    return this;
  }

  @Override
  public ConsumerBuilder<T> retry(Retry retry) {
    draft.retry = requireNonNull(retry, "retry");
    return this;
  }

  @Override
  public ConsumerBuilder<T> maxDeliveries(int deliveries) {
    draft.maxDeliveries = atLeast(2, deliveries, "maxDeliveries");
    return this;
  }

  @Override
  public ConsumerBuilder<T> closeTimeout(Duration timeout) {
    if (requireNonNull(timeout, "timeout").isNegative()) {
      throw new MqException(
          ErrorCode.INVALID_ARGUMENT, "closeTimeout must not be negative, is " + timeout);
    }
    draft.closeTimeout = timeout;
    return this;
  }

  @Override
  public ConsumerBuilder<T> executor(Executor executor) {
    draft.executor = requireNonNull(executor, "executor");
    return this;
  }

  @Override
  public ConsumerBuilder<T> intercept(ConsumeInterceptor interceptor) {
    draft.interceptors.add(requireNonNull(interceptor, "interceptor"));
    return this;
  }

  @Override
  public ConsumerBuilder<T> deduplicate(DedupStore store) {
    draft.dedupStore = requireNonNull(store, "store");
    return this;
  }

  @Override
  public Consumer start(BodyHandler<T> handler) {
    requireNonNull(handler, "handler");
    return start((DeliveryHandler) d -> handleBody(d, handler));
  }

  /**
   * Decodes inside the interceptors; the mark on the delivery outlives one that swallows the
   * exception.
   */
  private void handleBody(Delivery d, BodyHandler<T> handler) throws Exception {
    byte[] bytes = d.message().bodyUnsafe();
    if (bytes == null) {
      handleNone(d, handler);
      return;
    }
    T body;
    try {
      body = codec.decode(bytes, d.queue(), d.message().headers());
    } catch (RuntimeException e) {
      DecodeException failure =
          e instanceof DecodeException decode
              ? decode
              : new DecodeException(
                  "decode body from '" + d.queue() + "': " + e.getClass().getName(), e);
      ((DeliveryImpl) d).undecodable = failure;
      throw failure;
    }
    handler.handle(body, d);
  }

  @SuppressWarnings(
      "NullAway") // a message without a body has none to decode: handlers get null, as documented
  private void handleNone(Delivery d, BodyHandler<T> handler) throws Exception {
    handler.handle(null, d);
  }

  @Override
  public Consumer start(DeliveryHandler handler) {
    requireNonNull(handler, "handler");
    QueueConsumer consumer = make(draft.ackMode);
    consumer.start(intercepted(handler), null, 0);
    return consumer;
  }

  private DeliveryHandler intercepted(DeliveryHandler handler) {
    DeliveryHandler h = handler;
    List<ConsumeInterceptor> all = List.copyOf(draft.interceptors);
    for (int i = all.size() - 1; i >= 0; i--) {
      ConsumeInterceptor interceptor = all.get(i);
      DeliveryHandler next = h;
      h = d -> interceptor.onHandle(d, next);
    }
    DedupStore store = draft.dedupStore;
    return store == null ? h : new Deduplicator(store, h);
  }

  @Override
  public Consumer startBatch(int maxSize, BatchHandler handler) {
    atLeast(1, maxSize, "maxSize");
    requireNonNull(handler, "handler");
    if (!draft.interceptors.isEmpty()) {
      throw refused("interceptors wrap the handling of one delivery, this one handles batches");
    }
    if (draft.dedupStore != null) {
      throw refused("deduplication looks at one delivery at a time, this one handles batches");
    }
    QueueConsumer consumer = make(draft.ackMode);
    consumer.start(null, handler, maxSize);
    return consumer;
  }

  @Override
  public <R> Consumer respond(Codec<R> codec, Responder<T, R> responder) {
    if (draft.dedupStore != null) {
      throw refused("a request that was left out as a duplicate would get no reply");
    }
    return start(
        new ReplyingHandler<>(
            requireNonNull(codec, "codec"), requireNonNull(responder, "responder")));
  }

  @Override
  public Receiver receiver() {
    QueueConsumer consumer = make(AckMode.MANUAL);
    return new QueueReceiver(consumer, consumer.startPull());
  }

  /** Checks everything before there is a side effect. */
  private QueueConsumer make(AckMode mode) {
    Settings settings = draft.settle(kernel, mode);
    kernel.checkOpen("consume", "queue:" + draft.queue);
    QueueDriver driver =
        kernel
            .session()
            .queues()
            .orElseThrow(
                () ->
                    new UnsupportedCapabilityException(
                        "consume queue:"
                            + draft.queue
                            + ": backend '"
                            + kernel.backend()
                            + "' has no queues"));
    QueueRef queue = kernel.queue(draft.queue);
    String deadLetter = settings.retry().deadLetter();
    if (deadLetter != null) {
      kernel.queue(deadLetter);
    }
    return new QueueConsumer(kernel, settings, driver, queue);
  }

  private ConfigException refused(String reason) {
    return new ConfigException("consumer '" + draft.name + "': " + reason);
  }

  private static int atLeast(int min, int value, String what) {
    if (value < min) {
      throw new MqException(
          ErrorCode.INVALID_ARGUMENT, what + " must be at least " + min + ", is " + value);
    }
    return value;
  }
}
