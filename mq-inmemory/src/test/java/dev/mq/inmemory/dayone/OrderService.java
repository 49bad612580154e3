package dev.mq.inmemory.dayone;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import dev.mq.api.Broker;
import dev.mq.api.Codec;
import dev.mq.api.Consumer;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.QueueSpec;
import dev.mq.api.Retry;
import dev.mq.api.Topology;
import dev.mq.api.TypedProducer;

/** An order service: the first program a user writes. */
final class OrderService {
  record Order(String id, String status, long cents) {}

  static final class InvalidOrder extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /** Sends mails; may fail. */
  interface Mailer {
    void send(Order order, String messageId) throws Exception;
  }

  static final Topology TOPOLOGY =
      Topology.builder()
          .exchange(ExchangeSpec.topic("orders"))
          .queue(QueueSpec.of("email"))
          .queue(QueueSpec.of("email.dead"))
          .bindQueue("orders", "order.*.paid", "email")
          .build();

  private OrderService() {}

  static Consumer start(Broker broker, Mailer mailer) {
    broker.declare(TOPOLOGY);
    return broker
        .queue("email")
        .consumer()
        .as(Codec.json(Order.class))
        .concurrency(8)
        .retry(
            Retry.backoff(ofSeconds(1), ofMinutes(5))
                .maxAttempts(6)
                .rejectOn(InvalidOrder.class)
                .deadLetter("email.dead"))
        .start((order, delivery) -> mailer.send(order, delivery.message().id()));
  }

  static TypedProducer<Order> orders(Broker broker) {
    return broker
        .exchange("orders")
        .producer()
        .as(
            Codec.json(Order.class),
            m -> m.key(Order::id).routingKey(o -> "order." + o.id() + "." + o.status()));
  }
}
