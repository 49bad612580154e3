package dev.mq.core.reply;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Codec;
import dev.mq.api.Destination;
import dev.mq.api.ErrorCode;
import dev.mq.api.Mapping;
import dev.mq.api.MqException;
import dev.mq.api.Producer;
import dev.mq.api.ProducerBuilder;
import dev.mq.api.PublishInterceptor;
import dev.mq.api.Requester;
import dev.mq.api.RequesterBuilder;
import dev.mq.api.TypedProducer;
import dev.mq.api.TypedRequester;
import dev.mq.core.runtime.Kernel;
import java.time.Duration;
import java.util.function.Consumer;

/** Builds requesters of one destination. */
public final class Requesters implements RequesterBuilder {
  private final Kernel kernel;
  private final Destination destination;
  private final ReplyQueues queues;
  private final ProducerBuilder producer;
  private String name;
  private Duration timeout = Duration.ofSeconds(30);
  private int maxPending = 1000;

  /** Creates a builder. Costs no I/O; what it needs of the backend is checked by the caller. */
  public Requesters(Kernel kernel, Destination destination, ReplyQueues queues) {
    this.kernel = kernel;
    this.destination = destination;
    this.queues = queues;
    this.producer = destination.producer();
    this.name = destination.address();
  }

  @Override
  public RequesterBuilder name(String name) {
    this.name = requireNonNull(name, "name");
    producer.name(name);
    return this;
  }

  @Override
  public RequesterBuilder timeout(Duration timeout) {
    this.timeout = checked(timeout);
    return this;
  }

  @Override
  public RequesterBuilder maxPending(int requests) {
    if (requests < 1) {
      throw new MqException(
          ErrorCode.INVALID_ARGUMENT, "maxPending must be at least 1, is " + requests);
    }
    this.maxPending = requests;
    return this;
  }

  @Override
  public RequesterBuilder intercept(PublishInterceptor interceptor) {
    producer.intercept(interceptor);
    return this;
  }

  @Override
  public Requester open() {
    return open(producer.open());
  }

  @Override
  public <Q, R> TypedRequester<Q, R> as(
      Codec<Q> request, Codec<R> reply, Consumer<Mapping<Q>> mapping) {
    requireNonNull(reply, "reply");
    TypedProducer<Q> typed = producer.as(request, mapping);
    return new TypedRequesterImpl<>(open(typed.producer()), typed, reply);
  }

  private Requester open(Producer opened) {
    RequesterImpl requester =
        new RequesterImpl(kernel, name, destination, opened, queues, timeout, maxPending);
    try {
      kernel.adopt(requester, "open requester", destination.address());
      requester.start();
    } catch (RuntimeException e) {
      requester.close();
      throw e;
    }
    return requester;
  }

  static Duration checked(Duration timeout) {
    if (requireNonNull(timeout, "timeout").isNegative() || timeout.isZero()) {
      throw new MqException(
          ErrorCode.INVALID_ARGUMENT, "timeout must be more than zero, is " + timeout);
    }
    return timeout;
  }
}
