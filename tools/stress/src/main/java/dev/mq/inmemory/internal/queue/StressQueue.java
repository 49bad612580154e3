package dev.mq.inmemory.internal.queue;

import dev.mq.api.Message;
import dev.mq.api.QueueSpec;
import dev.mq.api.SettleResult;
import dev.mq.inmemory.internal.sync.Activity;
import dev.mq.inmemory.internal.time.SystemEngineTime;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.Lane;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishTarget;
import dev.mq.spi.SettleBatch;
import dev.mq.spi.SettleOutcome;
import dev.mq.spi.SubscribeOptions;
import dev.mq.spi.SubscriptionListener;

/** A queue of the embedded engine with two subscriptions. */
final class StressQueue {
  private static final SystemEngineTime TIME = new SystemEngineTime("stress");
  private static final Message MESSAGE = Message.of(new byte[10]);

  final MemoryQueue queue =
      new MemoryQueue(QueueSpec.of("q"), "1", null, TIME, new Activity(), q -> {});
  final MemorySubscription first = subscribe();
  final MemorySubscription second = subscribe();

  private MemorySubscription subscribe() {
    return queue.subscribe(this, new SubscribeOptions("c", 4, 1, false), new Deaf(), s -> {});
  }

  StressQueue with(int messages) {
    for (int i = 0; i < messages; i++) {
      publish();
    }
    return this;
  }

  void publish() {
    queue.append(new One(queue), 0, 1);
  }

  /** Takes one message; returns its token, or -1. */
  static long take(MemorySubscription s, long maxWaitNanos) {
    DeliveryBatch batch = new DeliveryBatch(1);
    try {
      return s.receive(batch, maxWaitNanos) == 0 ? -1 : batch.token(0);
    } catch (InterruptedException e) {
      return -2;
    }
  }

  /** Settles a delivery; returns 1 when it was settled, 0 when its lease was lost. */
  static int settle(MemorySubscription s, long token, SettleOutcome outcome) {
    Verb verb = new Verb(token, outcome);
    s.settle(verb);
    return verb.result == SettleResult.SETTLED ? 1 : 0;
  }

  /** Returns the number of messages there, or -1 when the invariants do not hold. */
  int depth() {
    try {
      queue.check();
      return (int) queue.depth();
    } catch (IllegalStateException e) {
      return -1;
    }
  }

  private record One(PublishTarget queue) implements PublishBatch {
    @Override
    public int size() {
      return 1;
    }

    @Override
    public PublishTarget target(int index) {
      return queue;
    }

    @Override
    public Message message(int index) {
      return MESSAGE;
    }

    @Override
    public int partition(int index) {
      return NO_PARTITION;
    }

    @Override
    public void confirmed(int index, int partition, long offset) {}

    @Override
    public void confirmedAll() {}

    @Override
    public void unroutable(int index) {}

    @Override
    public void failed(int index, Throwable error) {}
  }

  private static final class Verb implements SettleBatch {
    private final long token;
    private final SettleOutcome outcome;
    private SettleResult result = SettleResult.UNKNOWN;

    Verb(long token, SettleOutcome outcome) {
      this.token = token;
      this.outcome = outcome;
    }

    @Override
    public int size() {
      return 1;
    }

    @Override
    public long token(int index) {
      return token;
    }

    @Override
    public SettleOutcome outcome(int index) {
      return outcome;
    }

    @Override
    public long delayNanos(int index) {
      return 0;
    }

    @Override
    public void settled(int index, SettleResult answer) {
      result = answer;
    }

    @Override
    public void settledAll(SettleResult answer) {
      result = answer;
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
