package dev.mq.rabbit.internal.publish;

import dev.mq.spi.BackendExchange;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.PublishTarget;

/** What is published to over AMQP. */
public sealed interface AmqpTarget extends PublishTarget {
  /** A queue, by the default exchange. */
  record Queue(String name) implements AmqpTarget, BackendQueue {}

  /** An exchange. */
  record Exchange(String name) implements AmqpTarget, BackendExchange {}
}
