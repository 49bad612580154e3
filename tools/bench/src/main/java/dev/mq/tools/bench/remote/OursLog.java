package dev.mq.tools.bench.remote;

import dev.mq.api.Broker;
import dev.mq.api.GroupConsumer;
import dev.mq.api.Message;
import dev.mq.api.Producer;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** The same through this library's logs. */
final class OursLog {
  private OursLog() {}

  /** Appends with one callback a message. */
  static final class Publish implements RemoteArm {
    private final Producer producer;
    private final Bodies bodies;

    Publish(Broker broker, String log, int inFlight, Bodies bodies) {
      this.producer = broker.log(log).producer().maxInFlight(inFlight).open();
      this.bodies = bodies;
    }

    @Override
    public Cost run(int count) throws Exception {
      return Sending.all(producer, count, i -> message(bodies, i));
    }

    private static Message message(Bodies bodies, int i) {
      return Message.builder().key(bodies.key(i)).bodyUnsafe(bodies.body(i)).build();
    }

    @Override
    public void close() {
      producer.close();
    }
  }

  /** Reads what is there as a new group, in batches; commits after each. */
  static final class Consume implements RemoteArm {
    private final Broker broker;
    private final String log;
    private long seen;

    Consume(Broker broker, String log) {
      this.broker = broker;
      this.log = log;
    }

    @Override
    public Cost run(int count) throws Exception {
      AtomicReference<Cost> start = new AtomicReference<>();
      AtomicInteger left = new AtomicInteger(count);
      CountDownLatch done = new CountDownLatch(1);
      GroupConsumer group =
          broker
              .log(log)
              .group("ours-" + UUID.randomUUID())
              .batchSize(2000)
              .concurrency(1)
              .startBatch(
                  batch -> {
                    if (start.get() == null) {
                      start.set(Cost.now());
                    }
                    for (var record : batch) {
                      seen += record.message().bodyBytes();
                    }
                    if (left.addAndGet(-batch.size()) <= 0) {
                      done.countDown();
                    }
                  });
      try {
        done.await();
        Cost first = start.get();
        if (first == null) {
          throw new IllegalStateException("nothing was read");
        }
        return first.spent();
      } finally {
        group.close();
      }
    }

    @Override
    public void close() {
      if (seen == 0) {
        throw new IllegalStateException("nothing was read");
      }
    }
  }
}
