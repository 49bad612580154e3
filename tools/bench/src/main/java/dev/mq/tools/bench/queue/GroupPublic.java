package dev.mq.tools.bench.queue;

import dev.mq.api.Broker;
import dev.mq.api.Consumer;
import dev.mq.api.Message;
import dev.mq.api.Producer;
import dev.mq.api.SendResult;
import dev.mq.tools.bench.Embedded;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * One thread publishes to an exchange in bursts of 64, the consumer's thread handles in batches of
 * up to 64; the acknowledgement is on return. At most as many messages as the other arm's capacity
 * are under way.
 */
final class GroupPublic implements GroupArm {
  private static final int BURST = 64;

  private final Broker broker = Embedded.broker();
  private final Producer producer;
  private final Consumer consumer;
  private final List<Message> messages;
  private final Semaphore room;
  private final int capacity;

  GroupPublic(Message[] messages, int capacity) {
    this.messages = Arrays.asList(messages).subList(0, BURST);
    this.capacity = capacity;
    this.room = new Semaphore(capacity);
    PublicQueue.declare(broker);
    producer = broker.exchange("orders").producer().open();
    consumer =
        broker.queue("work").consumer().startBatch(BURST, batch -> room.release(batch.size()));
  }

  @Override
  public void run(int count) throws InterruptedException {
    for (int i = 0; i < count; i += BURST) {
      room.acquire(BURST);
      for (SendResult r : producer.sendAll(messages)) {
        r.orThrow();
      }
    }
    room.acquire(capacity);
    room.release(capacity);
  }

  @Override
  public void close() {
    consumer.close();
    producer.close();
    Embedded.close(broker);
  }
}
