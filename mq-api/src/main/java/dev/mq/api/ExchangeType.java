package dev.mq.api;

/**
 * How an exchange chooses among its bindings. The rules are RabbitMQ's, exactly, on every backend
 * (<a href="https://www.rabbitmq.com/docs/exchanges">RabbitMQ: exchanges</a>).
 */
public enum ExchangeType {
  /** Bindings whose key equals the routing key, byte for byte. */
  DIRECT,
  /**
   * Bindings whose pattern matches the routing key: {@code *} is one word, {@code #} zero or more
   * (X-02).
   */
  TOPIC,
  /** All bindings. */
  FANOUT,
  /** Bindings whose arguments match the headers by {@code x-match}. */
  HEADERS
}
