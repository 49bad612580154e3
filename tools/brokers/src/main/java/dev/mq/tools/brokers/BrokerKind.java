package dev.mq.tools.brokers;

/** The kinds of broker this module can provide. */
public enum BrokerKind {
  /** Apache Kafka. */
  KAFKA,
  /** RabbitMQ with its stream plugin. */
  RABBIT
}
