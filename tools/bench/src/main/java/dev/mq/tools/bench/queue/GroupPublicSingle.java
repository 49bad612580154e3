package dev.mq.tools.bench.queue;

import dev.mq.api.Broker;
import dev.mq.api.Consumer;
import dev.mq.api.Message;
import dev.mq.api.Producer;
import dev.mq.tools.bench.Embedded;
import java.util.concurrent.Semaphore;

/** As {@link GroupPublic}, but sends and handles one by one. */
final class GroupPublicSingle implements GroupArm {
  private static final int STEP = 64;

  private final Broker broker = Embedded.broker();
  private final Producer producer;
  private final Consumer consumer;
  private final Message[] messages;
  private final Semaphore room;
  private final int capacity;
  private int handled;

  GroupPublicSingle(Message[] messages, int capacity) {
    this.messages = messages;
    this.capacity = capacity;
    this.room = new Semaphore(capacity);
    PublicQueue.declare(broker);
    producer = broker.exchange("orders").producer().open();
    consumer = broker.queue("work").consumer().start(delivery -> handled());
  }

  /** The bound is this benchmark's, so it costs a step only now and then. */
  private void handled() {
    if (++handled % STEP == 0) {
      room.release(STEP);
    }
  }

  @Override
  public void run(int count) throws InterruptedException {
    int mask = messages.length - 1;
    for (int i = 0; i < count; i++) {
      if (i % STEP == 0) {
        room.acquire(STEP);
      }
      producer.send(messages[i & mask]);
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
