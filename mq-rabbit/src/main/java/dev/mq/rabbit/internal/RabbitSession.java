package dev.mq.rabbit.internal;

import com.rabbitmq.client.Connection;
import dev.mq.api.Capabilities;
import dev.mq.api.Capability;
import dev.mq.rabbit.internal.connect.Connections;
import dev.mq.rabbit.internal.connect.RabbitErrors;
import dev.mq.rabbit.internal.connect.RabbitKeys;
import dev.mq.rabbit.internal.publish.RabbitPublisher;
import dev.mq.spi.BackendContext;
import dev.mq.spi.BackendSession;
import dev.mq.spi.ErrorClass;
import dev.mq.spi.ExchangeDriver;
import dev.mq.spi.LogDriver;
import dev.mq.spi.PublishChannel;
import dev.mq.spi.QueueDriver;
import java.time.Duration;
import java.util.Optional;

/** An open connection to RabbitMQ. Thread-safe. */
public final class RabbitSession implements BackendSession {
  private static final int START_BOUND_MILLIS = 250;

  /** As many as a queue's highest priority may be, and 0. */
  private static final int PRIORITIES = 32;

  private final Connections connections;
  private final StreamSide streams;
  private final Capabilities capabilities;
  private final RabbitQueues queues;
  private final RabbitExchanges exchanges;

  /** Connects; throws with nothing left behind. */
  public RabbitSession(BackendContext context, StreamSide.Factory streams) {
    this.connections = new Connections(context);
    try {
      this.streams = streams.open(connections);
      this.capabilities = declare(context.config().get(RabbitKeys.MAX_BODY_BYTES).intValue());
    } catch (RuntimeException e) {
      connections.close(Duration.ofSeconds(1));
      throw e;
    }
    Ephemeral ephemeral = new Ephemeral();
    this.queues = new RabbitQueues(connections, ephemeral);
    this.exchanges = new RabbitExchanges(connections, ephemeral);
  }

  private Capabilities declare(int maxBodyBytes) {
    Capabilities.Builder can =
        Capabilities.builder("rabbit")
            .with(
                Capability.PERSISTENT,
                Capability.QUEUES,
                Capability.EXCHANGES,
                Capability.CONFIRMED_SETTLE,
                Capability.QUEUE_FIFO,
                Capability.SINGLE_ACTIVE_CONSUMER,
                Capability.EXCLUSIVE_QUEUE,
                Capability.TEMPORARY_QUEUE,
                Capability.MESSAGE_TTL,
                Capability.MAX_LENGTH,
                Capability.RETRY)
            .with(Capability.MIN_HOLD, 100)
            .with(Capability.START_BOUND_MILLIS, START_BOUND_MILLIS)
            .with(Capability.PRIORITIES, PRIORITIES)
            .with(Capability.MAX_BODY_BYTES, maxBodyBytes);
    streams.declare(can);
    return can.build();
  }

  /** Returns the connections. */
  public Connections connections() {
    return connections;
  }

  @Override
  public Capabilities capabilities() {
    return capabilities;
  }

  @Override
  public PublishChannel openPublisher() {
    return new RabbitPublisher(connections, streams::openAppender);
  }

  @Override
  public Optional<QueueDriver> queues() {
    return Optional.of(queues);
  }

  @Override
  public Optional<ExchangeDriver> exchanges() {
    return Optional.of(exchanges);
  }

  @Override
  public Optional<LogDriver> logs() {
    return streams.logs();
  }

  @Override
  public String healthProblem() {
    String problem = connections.problem();
    return problem.isEmpty() ? streams.healthProblem() : problem;
  }

  @Override
  public ErrorClass classify(Throwable error) {
    return RabbitErrors.classify(error);
  }

  @Override
  public <T> Optional<T> unwrap(Class<T> type) {
    return type == Connection.class
        ? connections.consuming().current().map(type::cast)
        : streams.unwrap(type);
  }

  @Override
  public void close(Duration timeout) {
    long end = connections.context().time().nanoTime() + timeout.toNanos();
    streams.close(timeout);
    long left = end - connections.context().time().nanoTime();
    connections.close(Duration.ofNanos(Math.max(1, left)));
  }
}
