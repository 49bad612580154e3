package dev.mq.examples.pipeline;

import dev.mq.api.Broker;
import dev.mq.api.GroupConsumer;

/** Reports orders that look wrong to a person: very large ones, and many of one thing. */
final class Fraud implements AutoCloseable {
  private final GroupConsumer member;

  Fraud(Broker broker, Shop shop, String name, FraudDesk desk, Journal journal) {
    member =
        broker
            .log(shop.orders())
            .group("fraud")
            .as(Order.JSON)
            .name(name)
            .start(
                event -> {
                  journal.read(name, event);
                  if (isSuspicious(event.body())) {
                    desk.report(event.body());
                  }
                });
  }

  static boolean isSuspicious(Order order) {
    return order.totalCents() > 5_000_00
        || order.items().stream().anyMatch(item -> item.qty() >= 50);
  }

  GroupConsumer member() {
    return member;
  }

  @Override
  public void close() {
    member.close();
  }
}
