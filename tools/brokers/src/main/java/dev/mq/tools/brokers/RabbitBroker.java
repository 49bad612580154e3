package dev.mq.tools.brokers;

import java.net.URI;

/** A RabbitMQ broker somebody can connect to with the credentials in its URIs. */
public interface RabbitBroker extends Broker {

  /** Returns the AMQP 0-9-1 URI, {@code amqp://user:password@host:port}. */
  URI amqpUri();

  /** Returns the stream protocol's URI, {@code rabbitmq-stream://user:password@host:port}. */
  URI streamUri();

  @Override
  default BrokerKind kind() {
    return BrokerKind.RABBIT;
  }

  @Override
  default String address() {
    return amqpUri().toString();
  }
}
