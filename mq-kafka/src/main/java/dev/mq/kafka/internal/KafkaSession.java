package dev.mq.kafka.internal;

import dev.mq.api.Capabilities;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.kafka.internal.client.Futures;
import dev.mq.kafka.internal.client.KafkaClients;
import dev.mq.kafka.internal.client.KafkaErrors;
import dev.mq.kafka.internal.client.KafkaKeys;
import dev.mq.kafka.internal.log.KafkaLogs;
import dev.mq.spi.BackendContext;
import dev.mq.spi.BackendSession;
import dev.mq.spi.ErrorClass;
import dev.mq.spi.LogDriver;
import dev.mq.spi.PublishChannel;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;

/** A connection to one cluster. Thread-safe. */
public final class KafkaSession implements BackendSession {
  private static final int MAX_BODY_BYTES = 1_000_000;

  private final KafkaClients clients;
  private final Capabilities capabilities;
  private final KafkaLogs logs;

  private KafkaSession(KafkaClients clients) {
    this.clients = clients;
    this.logs = new KafkaLogs(clients);
    this.capabilities = KafkaLogs.capabilities(Capabilities.builder("kafka")).build();
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
        return new KafkaSession(clients);
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
    clients.topics().sawBrokers(Futures.get(cluster.nodes()).size());
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
  public Optional<LogDriver> logs() {
    return Optional.of(logs);
  }

  @Override
  public String healthProblem() {
    return "";
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
    logs.close(timeout);
    clients.close(timeout);
  }
}
