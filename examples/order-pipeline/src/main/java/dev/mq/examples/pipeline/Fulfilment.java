package dev.mq.examples.pipeline;

import dev.mq.api.Broker;
import dev.mq.api.GroupConsumer;
import dev.mq.api.TypedProducer;

/**
 * Turns each order into work: one publish to a topic exchange, which routes it to the mail queue
 * and, when paid, to the invoice queue. Events and tasks may live on different brokers.
 */
final class Fulfilment implements AutoCloseable {
  private final TypedProducer<Order> tasks;
  private final GroupConsumer member;

  Fulfilment(Broker events, Broker work, Shop shop, String name, Journal journal) {
    tasks =
        work.exchange(shop.tasks())
            .producer()
            .as(
                Order.JSON,
                task ->
                    task.id(order -> "task-" + order.id()) // the same however often it is published
                        .key(Order::id)
                        .routingKey(Order::routingKey));
    member =
        events
            .log(shop.orders())
            .group("fulfilment")
            .as(Order.JSON)
            .name(name)
            .start(
                event -> {
                  journal.read(name, event);
                  tasks.send(
                      event.body()); // returns when confirmed and routed, else the event is retried
                });
  }

  GroupConsumer member() {
    return member;
  }

  @Override
  public void close() {
    member.close();
    tasks.close();
  }
}
