package dev.mq.tools.bench.queue;

import dev.mq.api.Broker;
import dev.mq.api.Delivery;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.Message;
import dev.mq.api.Producer;
import dev.mq.api.QueueSpec;
import dev.mq.api.Receiver;
import dev.mq.api.SendResult;
import dev.mq.api.Topology;
import dev.mq.tools.bench.Embedded;
import java.time.Duration;
import java.util.List;

/** A direct exchange and a queue through the user API; one thread publishes, receives and acks. */
final class PublicQueue implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Broker broker = Embedded.broker();
  private final Producer producer;
  private final Receiver receiver;

  PublicQueue() {
    declare(broker);
    producer = broker.exchange("orders").producer().open();
    receiver = broker.queue("work").consumer().receiver();
  }

  static void declare(Broker broker) {
    broker.declare(
        Topology.builder()
            .exchange(ExchangeSpec.direct("orders"))
            .queue(QueueSpec.of("work"))
            .bindQueue("orders", "key", "work")
            .build());
  }

  int cycle(List<Message> messages) {
    for (SendResult r : producer.sendAll(messages)) {
      if (r.error() != null) {
        throw new IllegalStateException(r.error());
      }
    }
    int left = messages.size();
    while (left > 0) {
      List<Delivery> got = receiver.receiveBatch(left, PATIENCE);
      for (Delivery d : got) {
        d.ack();
      }
      left -= got.size();
    }
    return messages.size();
  }

  Message cycle(Message message) {
    producer.send(message);
    Delivery d = receiver.receive(PATIENCE);
    if (d == null) {
      throw new IllegalStateException("nothing came");
    }
    d.ack();
    return d.message();
  }

  @Override
  public void close() {
    receiver.close();
    producer.close();
    Embedded.close(broker);
  }
}
