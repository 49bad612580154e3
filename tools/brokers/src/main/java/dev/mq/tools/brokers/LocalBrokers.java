package dev.mq.tools.brokers;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Chooses where a broker comes from: a given address, else a local process, else a Docker engine.
 *
 * <p>Addresses are given as system properties, or as environment variables of the same name in
 * upper case with underscores, as in {@code MQ_TEST_RABBIT_URI}:
 *
 * <ul>
 *   <li>{@value #KAFKA_PROPERTY}
 *   <li>{@value #RABBIT_PROPERTY}, and {@value #RABBIT_STREAM_PROPERTY} if streams are not on the
 *       same host's port 5552
 * </ul>
 *
 * <p>Thread-safe.
 */
public final class LocalBrokers {
  /** Names the bootstrap servers of a running Kafka. */
  public static final String KAFKA_PROPERTY = "mq.test.kafka.bootstrap-servers";

  /** Names the AMQP URI of a running RabbitMQ. */
  public static final String RABBIT_PROPERTY = "mq.test.rabbit.uri";

  /** Names the stream URI of a running RabbitMQ. */
  public static final String RABBIT_STREAM_PROPERTY = "mq.test.rabbit.stream-uri";

  private static final Shared<KafkaBroker> KAFKA = new Shared<>(LocalBrokers::kafka);
  private static final Shared<RabbitBroker> RABBIT = new Shared<>(LocalBrokers::rabbit);

  private LocalBrokers() {}

  /**
   * Returns a Kafka, the caller's to close.
   *
   * @throws BrokerException if none can be had; the message says what to install
   */
  public static KafkaBroker kafka() {
    Optional<String> given = given(KAFKA_PROPERTY);
    if (given.isPresent()) {
      return new GivenKafka(given.get());
    }
    if (LocalKafka.isInstalled()) {
      return LocalKafka.builder().start();
    }
    if (DockerEngine.isReachable()) {
      return DockerEngine.kafka();
    }
    throw nowhere(BrokerKind.KAFKA, KAFKA_PROPERTY, KafkaLibs.howToInstall());
  }

  /**
   * Returns a RabbitMQ, the caller's to close.
   *
   * @throws BrokerException if none can be had; the message says what to install
   */
  public static RabbitBroker rabbit() {
    Optional<String> given = given(RABBIT_PROPERTY);
    if (given.isPresent()) {
      URI uri = URI.create(given.get());
      return new GivenRabbit(
          uri, given(RABBIT_STREAM_PROPERTY).map(URI::create).orElseGet(() -> streamUri(uri)));
    }
    if (LocalRabbit.isInstalled()) {
      return LocalRabbit.builder().start();
    }
    if (DockerEngine.isReachable()) {
      return DockerEngine.rabbit();
    }
    throw nowhere(BrokerKind.RABBIT, RABBIT_PROPERTY, RabbitInstallation.howToInstall());
  }

  /** Returns the Kafka that this JVM shares, started by the first call; it is not to be closed. */
  public static KafkaBroker sharedKafka() {
    return KAFKA.get();
  }

  /**
   * Returns the RabbitMQ that this JVM shares, started by the first call; it is not to be closed.
   */
  public static RabbitBroker sharedRabbit() {
    return RABBIT.get();
  }

  private static Optional<String> given(String property) {
    String value = System.getProperty(property);
    if (value == null) {
      value = System.getenv(property.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'));
    }
    return Optional.ofNullable(value).filter(v -> !v.isBlank());
  }

  private static URI streamUri(URI amqp) {
    String user = amqp.getRawUserInfo() == null ? "" : amqp.getRawUserInfo() + "@";
    return URI.create("rabbitmq-stream://" + user + amqp.getHost() + ":5552");
  }

  private static BrokerException nowhere(BrokerKind kind, String property, String install) {
    return new BrokerException(
        "no "
            + kind
            + " to be had. Do one of these:\n"
            + "- give the address of one in the system property "
            + property
            + "\n"
            + "- install "
            + install
            + "\n"
            + "- start a Docker engine that the command docker can reach");
  }

  private record GivenKafka(String bootstrapServers) implements KafkaBroker {
    @Override
    public Origin origin() {
      return Origin.GIVEN;
    }

    @Override
    public void close() {}
  }

  private record GivenRabbit(URI amqpUri, URI streamUri) implements RabbitBroker {
    @Override
    public Origin origin() {
      return Origin.GIVEN;
    }

    @Override
    public void close() {}
  }

  /** A broker made by the first call and closed when the JVM shuts down. */
  private static final class Shared<B extends Broker> {
    private final ReentrantLock lock = new ReentrantLock();
    private final Supplier<B> source;
    private @Nullable B broker;

    Shared(Supplier<B> source) {
      this.source = source;
    }

    B get() {
      lock.lock();
      try {
        B current = broker;
        if (current == null) {
          current = source.get();
          broker = current;
          Runtime.getRuntime().addShutdownHook(new Thread(current::close, "close-shared-broker"));
        }
        return current;
      } finally {
        lock.unlock();
      }
    }
  }
}
