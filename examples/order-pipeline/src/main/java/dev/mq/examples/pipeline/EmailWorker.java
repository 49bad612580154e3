package dev.mq.examples.pipeline;

import static java.time.Duration.ofMillis;

import dev.mq.api.Broker;
import dev.mq.api.ConsumeInterceptor;
import dev.mq.api.Consumer;
import dev.mq.api.Retry;

/**
 * Mails customers. Prefetch 1: a worker holds one task, so what a slow one has not begun is free
 * for the others.
 */
final class EmailWorker implements AutoCloseable {
  private final Consumer consumer;

  EmailWorker(Broker broker, Shop shop, String name, MailServer mail, ConsumeInterceptor watch) {
    consumer =
        broker
            .queue(shop.email())
            .consumer()
            .as(Order.JSON)
            .name(name)
            .prefetch(1)
            .retry(
                Retry.backoff(ofMillis(20), ofMillis(500)).maxAttempts(6).deadLetter(shop.dead()))
            .intercept(watch)
            .start((order, delivery) -> mail.send(order, delivery.message().id()));
  }

  @Override
  public void close() {
    consumer.close();
  }
}
