package dev.mq.kafka.internal;

import dev.mq.api.Capabilities;
import dev.mq.api.Capability;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.kafka.internal.client.Futures;
import dev.mq.kafka.internal.client.KafkaClients;
import dev.mq.kafka.internal.client.KafkaErrors;
import dev.mq.kafka.internal.client.KafkaKeys;
import dev.mq.kafka.internal.log.KafkaLogs;
import dev.mq.kafka.internal.queue.KafkaQueues;
import dev.mq.kafka.internal.queue.ShareLimits;
import dev.mq.kafka.internal.topology.KafkaTopologyLog;
import dev.mq.spi.BackendContext;
import dev.mq.spi.BackendSession;
import dev.mq.spi.ErrorClass;
import dev.mq.spi.LogDriver;
import dev.mq.spi.PublishChannel;
import dev.mq.spi.QueueDriver;
import dev.mq.spi.TopologyLog;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;

/** A connection to one cluster. Thread-safe. */
public final class KafkaSession implements BackendSession {
  /** The client takes 1 MiB with key, headers and overhead. */
  private static final int MAX_BODY_BYTES = 1_000_000;

  /** One lane of the sixteen has to be free for more to arrive. */
  private static final int MIN_HOLD = 15;

  /** On top of a lease, for which a fetch that nobody asked for may hold a message back. */
  private static final int START_BOUND_MILLIS = 1000;

  private final KafkaClients clients;
  private final Capabilities capabilities;
  private final KafkaLogs logs;
  private final KafkaQueues queues;
  private final KafkaTopologyLog topology;
  private final ConnectionMonitor monitor;

  private KafkaSession(KafkaClients clients) {
    this.clients = clients;
    this.logs = new KafkaLogs(clients);
    this.topology = new KafkaTopologyLog(clients);
    ShareLimits limits = ShareLimits.read(clients);
    this.queues = new KafkaQueues(clients, limits);
    this.monitor = new ConnectionMonitor(clients);
    this.capabilities =
        declare(limits, limits.lease(clients.context().config().get(KafkaKeys.LEASE).toMillis()));
  }

  private static Capabilities declare(ShareLimits limits, long leaseMillis) {
    return KafkaLogs.capabilities(Capabilities.builder("kafka"))
        .with(
            Capability.PERSISTENT,
            Capability.QUEUES,
            Capability.EXCHANGES,
            Capability.CONFIRMED_SETTLE,
            Capability.QUEUE_FIFO,
            Capability.MESSAGE_TTL,
            Capability.DRY_RUN_ROUTING,
            Capability.RETRY,
            Capability.OBSERVED_TOPOLOGY)
        .with(Capability.MIN_HOLD, MIN_HOLD)
        .with(Capability.START_BOUND_MILLIS, (int) leaseMillis + START_BOUND_MILLIS)
        .with(Capability.OUT_OF_ORDER_WINDOW, limits.maxRecords())
        .with(Capability.MAX_BODY_BYTES, MAX_BODY_BYTES)
        .build();
  }

  /**
   * Connects.
   *
   * @throws MqException {@code UNAVAILABLE}, {@code AUTHENTICATION} or {@code CONFIG}, with nothing
   *     left behind
   */
  public static KafkaSession open(BackendContext context) {
    try {
      KafkaClients clients = new KafkaClients(context);
      try {
        connect(clients);
        KafkaSession session = new KafkaSession(clients);
        session.queues.start();
        session.monitor.start();
        return session;
      } catch (RuntimeException e) {
        clients.close(Duration.ZERO);
        throw e;
      }
    } catch (RuntimeException e) {
      throw failed(e);
    }
  }

  private static void connect(KafkaClients clients) {
    Duration timeout = clients.context().config().get(KafkaKeys.CONNECT_TIMEOUT);
    var cluster =
        clients
            .admin()
            .describeCluster(new DescribeClusterOptions().timeoutMs((int) timeout.toMillis()));
    Futures.get(cluster.nodes());
  }

  private static MqException failed(RuntimeException e) {
    if (e instanceof MqException mq) {
      return mq;
    }
    ErrorClass c = KafkaErrors.classify(e);
    return switch (c.code()) {
      case AUTHENTICATION, AUTHORIZATION, CONFIG ->
          new MqException(c.code(), "open kafka: " + e, e);
      default -> new MqException(ErrorCode.UNAVAILABLE, true, true, "open kafka: " + e, e);
    };
  }

  @Override
  public Capabilities capabilities() {
    return capabilities;
  }

  @Override
  public PublishChannel openPublisher() {
    return new KafkaPublisher(clients.producer("publish"));
  }

  @Override
  public Optional<QueueDriver> queues() {
    return Optional.of(queues);
  }

  @Override
  public Optional<TopologyLog> topologyLog() {
    return Optional.of(topology);
  }

  @Override
  public Optional<LogDriver> logs() {
    return Optional.of(logs);
  }

  @Override
  public String healthProblem() {
    return monitor.problem();
  }

  @Override
  public ErrorClass classify(Throwable error) {
    return KafkaErrors.classify(error);
  }

  @Override
  public <T> Optional<T> unwrap(Class<T> type) {
    return type == Admin.class ? Optional.of(type.cast(clients.admin())) : Optional.empty();
  }

  @Override
  public void close(Duration timeout) {
    monitor.close();
    queues.close();
    topology.close(timeout);
    logs.close(timeout);
    clients.close(timeout);
  }
}
