package dev.mq.tools.brokers;

/** A Kafka broker somebody can connect to without authentication. */
public interface KafkaBroker extends Broker {

  /** Returns the value for a client's {@code bootstrap.servers}. */
  String bootstrapServers();

  @Override
  default BrokerKind kind() {
    return BrokerKind.KAFKA;
  }

  @Override
  default String address() {
    return bootstrapServers();
  }
}
