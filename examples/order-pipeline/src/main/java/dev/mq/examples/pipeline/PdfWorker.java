package dev.mq.examples.pipeline;

import static java.time.Duration.ofMillis;

import dev.mq.api.Broker;
import dev.mq.api.ConsumeInterceptor;
import dev.mq.api.Consumer;
import dev.mq.api.Retry;

/**
 * Prints invoices. One that can never be printed is given up after three attempts and kept for a
 * person to look at.
 */
final class PdfWorker implements AutoCloseable {
  private final Consumer consumer;

  PdfWorker(Broker broker, Shop shop, String name, Printer printer, ConsumeInterceptor watch) {
    consumer =
        broker
            .queue(shop.pdf())
            .consumer()
            .as(Order.JSON)
            .name(name)
            .prefetch(1)
            .retry(
                Retry.backoff(ofMillis(20), ofMillis(500)).maxAttempts(3).deadLetter(shop.dead()))
            .intercept(watch)
            .start((order, delivery) -> printer.print(order, delivery.message().id()));
  }

  @Override
  public void close() {
    consumer.close();
  }
}
