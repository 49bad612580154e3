package dev.mq.tools.brokers;

/**
 * A broker somebody can connect to, wherever it runs.
 *
 * <p>The concrete address is on {@link KafkaBroker} and {@link RabbitBroker}. One that can also be
 * stopped, killed and paused is a {@link LocalBroker}. Thread-safe.
 */
public interface Broker extends AutoCloseable {

  /** Where a broker comes from. */
  enum Origin {
    /** Its address was given; somebody else runs it. */
    GIVEN,
    /** A process on this machine, started here. */
    LOCAL_PROCESS,
    /** A container, started here. */
    DOCKER
  }

  /** Returns what kind of broker this is. */
  BrokerKind kind();

  /** Returns where it comes from. */
  Origin origin();

  /** Returns the address a client connects to: {@code host:port} for Kafka, a URI for RabbitMQ. */
  String address();

  /**
   * Ends the broker and removes its data, if it was started here. A second call does nothing.
   *
   * <p>A broker that is never closed ends when this JVM does.
   */
  @Override
  void close();
}
