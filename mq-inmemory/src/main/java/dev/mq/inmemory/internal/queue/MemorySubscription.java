package dev.mq.inmemory.internal.queue;

import dev.mq.inmemory.internal.sync.Waiter;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.Lane;
import dev.mq.spi.QueueSubscription;
import dev.mq.spi.SettleBatch;
import dev.mq.spi.SubscribeOptions;
import dev.mq.spi.SubscriptionListener;
import java.util.List;
import java.util.function.Consumer;

/**
 * A subscription and its one lane. What is not final is guarded by the lock of the queue, except
 * {@code wakeup}.
 */
public final class MemorySubscription implements QueueSubscription, Lane {
  private final MemoryQueue queue;
  private final SubscribeOptions options;
  private final SubscriptionListener listener;
  private final Consumer<MemorySubscription> whenEnded;
  private final Waiter waiter = new Waiter();
  private volatile boolean wakeup;

  final LeaseTable leases = new LeaseTable();

  /** Whether it stands in the line of those waiting for a message. */
  boolean waiting;

  /** Whether it was closed, cancelled or lost. */
  boolean ended;

  /** Whether it is counted among those that can take a message. */
  boolean eligible;

  MemorySubscription(
      MemoryQueue queue,
      SubscribeOptions options,
      SubscriptionListener listener,
      Consumer<MemorySubscription> whenEnded) {
    this.queue = queue;
    this.whenEnded = whenEnded;
    this.options = options;
    this.listener = listener;
  }

  /** Returns the queue. */
  public MemoryQueue queue() {
    return queue;
  }

  /** Returns who is told what happens to it. */
  public SubscriptionListener listener() {
    return listener;
  }

  @Override
  public int quota() {
    return options.prefetch();
  }

  boolean settleOnReceive() {
    return options.settleOnReceive();
  }

  /** Returns how many more deliveries it may have in hand. */
  int credit() {
    return options.settleOnReceive() ? Integer.MAX_VALUE : options.prefetch() - leases.size();
  }

  void ended() {
    whenEnded.accept(this);
  }

  void signal() {
    waiter.signal();
  }

  @Override
  public List<MemorySubscription> lanes() {
    return List.of(this);
  }

  @Override
  public int receive(DeliveryBatch batch, long maxWaitNanos) throws InterruptedException {
    long left = maxWaitNanos;
    while (true) {
      waiter.reset();
      boolean wait = left > 0 && !wakeup;
      int n = queue.take(this, batch, wait);
      if (n > 0 || !wait) {
        wakeup = false;
        return n;
      }
      try {
        left = waiter.await(left);
      } catch (InterruptedException e) {
        queue.stopWaiting(this);
        throw e;
      }
    }
  }

  @Override
  public void settle(SettleBatch batch) {
    queue.settle(this, batch);
  }

  @Override
  public void wakeup() {
    wakeup = true;
    waiter.signal();
  }

  @Override
  public void close() {
    queue.end(this);
  }
}
