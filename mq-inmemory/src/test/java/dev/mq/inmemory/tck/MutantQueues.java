package dev.mq.inmemory.tck;

import dev.mq.api.Message;
import dev.mq.api.QueueSpec;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.Lane;
import dev.mq.spi.QueueDriver;
import dev.mq.spi.QueueSubscription;
import dev.mq.spi.QueueTraits;
import dev.mq.spi.SettleBatch;
import dev.mq.spi.SubscribeOptions;
import dev.mq.spi.SubscriptionListener;
import java.util.List;
import java.util.Optional;

/** Queues whose deliveries and settlements pass through the mutation. */
record MutantQueues(QueueDriver engine, Mutation mutation) implements QueueDriver {
  @Override
  public QueueTraits traits() {
    return engine.traits();
  }

  @Override
  public BackendQueue create(QueueSpec spec, String incarnation) {
    return engine.create(spec, incarnation);
  }

  @Override
  public BackendQueue open(String name, String incarnation) {
    return engine.open(name, incarnation);
  }

  @Override
  public void delete(String name, String incarnation) {
    engine.delete(name, incarnation);
  }

  @Override
  public long depth(BackendQueue queue) {
    return engine.depth(queue);
  }

  @Override
  public long purge(BackendQueue queue) {
    return engine.purge(queue);
  }

  @Override
  public Optional<List<Message>> browse(BackendQueue queue, int max) {
    return engine.browse(queue, max);
  }

  @Override
  public QueueSubscription subscribe(
      BackendQueue queue, SubscribeOptions options, SubscriptionListener listener) {
    QueueSubscription s = engine.subscribe(queue, mutation.subscribed(options), listener);
    List<MutantLane> lanes =
        s.lanes().stream().map(lane -> new MutantLane(lane, mutation)).toList();
    return new Subscription(s, lanes);
  }

  private record Subscription(QueueSubscription engine, List<MutantLane> lanes)
      implements QueueSubscription {
    @Override
    public void close() {
      engine.close();
    }
  }

  private record MutantLane(Lane engine, Mutation mutation) implements Lane {
    @Override
    public int receive(DeliveryBatch batch, long maxWaitNanos) throws InterruptedException {
      DeliveryBatch taken = new DeliveryBatch(batch.room());
      int n = engine.receive(taken, maxWaitNanos);
      mutation.received(taken, batch);
      return n;
    }

    @Override
    public void settle(SettleBatch batch) {
      engine.settle(mutation.settled(batch));
    }

    @Override
    public long leaseNanos() {
      return engine.leaseNanos();
    }

    @Override
    public void renew() {
      engine.renew();
    }

    @Override
    public int quota() {
      return engine.quota();
    }

    @Override
    public void pause() {
      engine.pause();
    }

    @Override
    public void wakeup() {
      engine.wakeup();
    }
  }
}
