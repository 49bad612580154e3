package dev.mq.tools.bench.remote;

import dev.mq.api.Broker;
import dev.mq.api.Consumer;
import dev.mq.api.Delivery;
import dev.mq.api.Message;
import dev.mq.api.Producer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** The same through this library's queues. */
final class OursQueue {
  private OursQueue() {}

  /** Publishes with one callback a message. */
  static final class Publish implements RemoteArm {
    private final Producer producer;
    private final Bodies bodies;

    Publish(Broker broker, String queue, int window, Bodies bodies) {
      this.producer = broker.queue(queue).producer().maxInFlight(window).open();
      this.bodies = bodies;
    }

    @Override
    public Cost run(int count) throws Exception {
      return Sending.all(
          producer, count, i -> Message.builder().bodyUnsafe(bodies.body(i)).build());
    }

    @Override
    public void close() {
      producer.close();
    }
  }

  /** Handles one by one, acknowledged on return. */
  static final class Consume implements RemoteArm {
    private static final int PREFETCH = 500;

    private final Broker broker;
    private final String queue;
    private final RemoteArm filler;
    private long seen;

    Consume(Broker broker, String queue, RemoteArm filler) {
      this.broker = broker;
      this.queue = queue;
      this.filler = filler;
    }

    @Override
    public Cost run(int count) throws Exception {
      filler.run(count);
      AtomicReference<Cost> start = new AtomicReference<>();
      AtomicInteger left = new AtomicInteger(count);
      CountDownLatch done = new CountDownLatch(1);
      Consumer consumer =
          broker
              .queue(queue)
              .consumer()
              .prefetch(PREFETCH)
              .start(
                  (Delivery d) -> {
                    int now = left.getAndDecrement();
                    if (now == count) {
                      start.set(Cost.now());
                    }
                    seen += d.message().bodyBytes();
                    if (now == 1) {
                      done.countDown();
                    }
                  });
      try {
        done.await();
        Cost first = start.get();
        if (first == null) {
          throw new IllegalStateException("nothing was delivered");
        }
        return first.spent();
      } finally {
        consumer.close();
      }
    }

    @Override
    public void close() {
      if (seen == 0) {
        throw new IllegalStateException("nothing was delivered");
      }
    }
  }
}
