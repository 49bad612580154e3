package dev.mq.examples.pipeline;

import dev.mq.api.Broker;
import dev.mq.api.GroupConsumer;

/** Adds up what was sold. Members share the partitions of the log and write to one table. */
final class Analytics implements AutoCloseable {
  private final GroupConsumer member;

  Analytics(Broker broker, Shop shop, String name, SalesTable sales, Journal journal) {
    member =
        broker
            .log(shop.orders())
            .group("analytics")
            .as(Order.JSON)
            .name(name)
            .start(
                event -> {
                  journal.read(name, event);
                  sales.add(event.body()); // by order id: an event that comes again changes nothing
                });
  }

  GroupConsumer member() {
    return member;
  }

  @Override
  public void close() {
    member.close();
  }
}
