package dev.mq.tools.bench.queue;

import dev.mq.api.Message;
import dev.mq.api.QueueSpec;
import dev.mq.api.SettleResult;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.BackendSession;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.Lane;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishChannel;
import dev.mq.spi.QueueDriver;
import dev.mq.spi.QueueSubscription;
import dev.mq.spi.SettleBatch;
import dev.mq.spi.SettleOutcome;
import dev.mq.spi.SubscribeOptions;
import dev.mq.spi.SubscriptionListener;
import dev.mq.tools.bench.Embedded;
import dev.mq.tools.bench.FixedBatch;
import java.time.Duration;

/** A queue of the driver, used as the runtime uses it, with nothing of the runtime around it. */
final class DriverQueue implements AutoCloseable {
  private final BackendSession session = Embedded.session();
  private final PublishChannel channel = session.openPublisher();
  private final QueueSubscription subscription;
  private final Lane lane;
  private final DeliveryBatch batch;
  private final FixedBatch publish;
  private final Acks acks;

  DriverQueue(Message[] messages) {
    QueueDriver queues = session.queues().orElseThrow();
    BackendQueue queue = queues.create(QueueSpec.of("work"), "1");
    subscription =
        queues.subscribe(
            queue, new SubscribeOptions("bench", messages.length, 1, false), new Deaf());
    lane = subscription.lanes().get(0);
    batch = new DeliveryBatch(messages.length);
    publish = new FixedBatch(messages, queue, PublishBatch.NO_PARTITION);
    acks = new Acks();
  }

  /** Publishes the batch, takes it and acks it; returns how many went through. */
  int cycle() throws InterruptedException {
    channel.publish(publish);
    batch.reset(publish.size());
    int n = lane.receive(batch, 0);
    if (n != publish.size()) {
      throw new IllegalStateException(n + " of " + publish.size() + " came");
    }
    lane.settle(acks);
    return n;
  }

  @Override
  public void close() {
    subscription.close();
    channel.close(Duration.ZERO);
    session.close(Duration.ZERO);
  }

  /** Acknowledges what is in the batch. */
  private final class Acks implements SettleBatch {
    @Override
    public int size() {
      return batch.size();
    }

    @Override
    public long token(int index) {
      return batch.token(index);
    }

    @Override
    public SettleOutcome outcome(int index) {
      return SettleOutcome.ACK;
    }

    @Override
    public long delayNanos(int index) {
      return 0;
    }

    @Override
    public void settled(int index, SettleResult result) {
      throw new IllegalStateException("not settled: " + result);
    }

    @Override
    public void settledAll(SettleResult result) {
      if (result != SettleResult.SETTLED) {
        throw new IllegalStateException("not settled: " + result);
      }
    }
  }

  private static final class Deaf implements SubscriptionListener {
    @Override
    public void cancelled(Throwable reason) {}

    @Override
    public void leasesLost(Lane lane, long[] tokens) {}

    @Override
    public void allLeasesLost(Lane lane) {}
  }
}
