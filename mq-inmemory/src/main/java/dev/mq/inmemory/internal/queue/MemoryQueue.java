package dev.mq.inmemory.internal.queue;

import dev.mq.api.ErrorCode;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.Overflow;
import dev.mq.api.QueueSpec;
import dev.mq.api.SettleResult;
import dev.mq.inmemory.internal.sync.Activity;
import dev.mq.inmemory.internal.time.EngineTime;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.SettleBatch;
import dev.mq.spi.SubscribeOptions;
import dev.mq.spi.SubscriptionListener;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A queue. Thread-safe.
 *
 * <p>One short lock guards everything; no thread waits, and no foreign code but the columns of a
 * batch runs, while it is held. After every change that leaves ready messages, one subscription
 * that waits is woken; that one wakes the next after it has taken its share, so a wake-up is never
 * lost and never given to more threads than there are messages.
 */
public final class MemoryQueue implements BackendQueue {
  private final QueueSpec spec;
  private final String incarnation;
  private final @Nullable Object owner;
  private final EngineTime time;
  private final Activity activity;
  private final Consumer<MemoryQueue> whenUnused;
  private final ReentrantLock lock = new ReentrantLock();
  private final MessageStore store;
  private final SubscriptionLine line;
  private TimeSource.@Nullable Timer timer;
  private long timerDue;
  private boolean deleted;
  private @Nullable Runnable onBreak;

  /**
   * Creates an empty queue.
   *
   * @param owner the only session that may consume, or null
   * @param whenUnused called when the last subscription of a temporary queue has gone
   */
  public MemoryQueue(
      QueueSpec spec,
      String incarnation,
      @Nullable Object owner,
      EngineTime time,
      Activity activity,
      Consumer<MemoryQueue> whenUnused) {
    this.spec = spec;
    this.incarnation = incarnation;
    this.owner = owner;
    this.time = time;
    this.activity = activity;
    this.whenUnused = whenUnused;
    this.store = new MessageStore(spec);
    this.line = new SubscriptionLine(store, spec.singleActiveConsumer());
  }

  @Override
  public String name() {
    return spec.name();
  }

  /** Returns what the queue was declared as. */
  public QueueSpec spec() {
    return spec;
  }

  /** Returns which of the queues of its name this is. */
  public String incarnation() {
    return incarnation;
  }

  /** Throws unless a session may consume, purge and delete. */
  public void checkOwner(Object session, String operation) {
    if (owner != null && owner != session) {
      throw new MqException(
          ErrorCode.OWNED_BY_OTHER,
          operation + " queue:" + name() + ": the queue is exclusive to another broker");
    }
  }

  /** Returns whether the queue goes away with a session. */
  public boolean isOwnedBy(Object session) {
    return owner == session;
  }

  // -- publishing

  /**
   * Stores messages {@code from} to {@code to} (exclusive) of a batch, in order.
   *
   * @return how many were stored; the rest was refused because the queue is full
   * @throws NotFoundException when the queue was deleted
   */
  public int append(PublishBatch batch, int from, int to) {
    long now = time.millis();
    MemorySubscription wake;
    int n = 0;
    lock.lock();
    try {
      if (deleted) {
        throw new NotFoundException("publish queue:" + name() + ": the queue was deleted");
      }
      long limit = spec.maxLength() == 0 ? Long.MAX_VALUE : spec.maxLength();
      for (int i = from; i < to; i++) {
        if (store.waiting() >= limit) {
          if (spec.overflow() == Overflow.REJECT_PUBLISH) {
            break;
          }
          store.dropOldest(limit - 1);
        }
        store.append(batch.message(i), now);
        n++;
      }
      wake = line.next();
    } finally {
      lock.unlock();
    }
    afterChange(wake);
    return n;
  }

  // -- consuming

  /**
   * Starts a subscription of a session.
   *
   * @param whenEnded told when it was closed, cancelled or lost
   */
  public MemorySubscription subscribe(
      Object session,
      SubscribeOptions options,
      SubscriptionListener listener,
      Consumer<MemorySubscription> whenEnded) {
    checkOwner(session, "consume");
    MemorySubscription s = new MemorySubscription(this, options, listener, whenEnded);
    lock.lock();
    try {
      if (deleted) {
        throw new NotFoundException("consume queue:" + name() + ": the queue was deleted");
      }
      line.add(s);
    } finally {
      lock.unlock();
    }
    activity.touch();
    return s;
  }

  /**
   * Hands ready messages to a subscription: its share, so that others that can take messages get
   * theirs.
   *
   * @param wait whether to put it in the line of those to be woken, when there is nothing
   */
  int take(MemorySubscription s, DeliveryBatch batch, boolean wait) {
    MemorySubscription wake;
    int n = 0;
    lock.lock();
    try {
      line.leave(s);
      if (s.eligible) {
        n = line.takeShare(s, batch);
        if (n == 0 && wait && store.ready() == 0) {
          line.join(s);
        }
        if (line.isSuspended()) {
          tellBroken();
        }
      }
      wake = line.next();
    } finally {
      lock.unlock();
    }
    if (n > 0) {
      afterChange(wake);
    } else if (wake != null) {
      wake.signal();
    }
    return n;
  }

  /**
   * Takes a subscription out of the line when its thread stops waiting; whoever is next gets its
   * wake-up.
   */
  void stopWaiting(MemorySubscription s) {
    MemorySubscription wake;
    lock.lock();
    try {
      line.leave(s);
      wake = line.next();
    } finally {
      lock.unlock();
    }
    if (wake != null) {
      wake.signal();
    }
  }

  private void afterChange(@Nullable MemorySubscription wake) {
    if (wake != null) {
      wake.signal();
    }
    activity.touch();
  }

  // -- settling

  void settle(MemorySubscription s, SettleBatch batch) {
    int size = batch.size();
    boolean @Nullable [] lost = null;
    MemorySubscription wake;
    lock.lock();
    try {
      for (int i = 0; i < size; i++) {
        int entry = s.leases.find(batch.token(i));
        if (entry < 0) {
          lost = lost == null ? new boolean[size] : lost;
          lost[i] = true;
          continue;
        }
        switch (batch.outcome(i)) {
          case ACK -> store.remove(s.leases, entry);
          case RELEASE -> store.release(s.leases, entry);
          case RETRY -> store.retry(s.leases, entry, batch.delayNanos(i), time.nanoTime());
        }
      }
      line.refresh(s);
      armTimer();
      wake = line.next();
    } finally {
      lock.unlock();
    }
    if (lost == null) {
      batch.settledAll(SettleResult.SETTLED);
    } else {
      for (int i = 0; i < size; i++) {
        batch.settled(i, lost[i] ? SettleResult.LEASE_LOST : SettleResult.SETTLED);
      }
    }
    afterChange(wake);
  }

  private void armTimer() {
    DelayedMessages delayed = store.delayed();
    if (delayed.isEmpty() || (timer != null && timerDue <= delayed.firstDue())) {
      return;
    }
    if (timer != null) {
      timer.cancel();
    }
    timerDue = delayed.firstDue();
    timer =
        time.schedule(Duration.ofNanos(Math.max(1, timerDue - time.nanoTime())), this::timeReached);
  }

  private void timeReached() {
    MemorySubscription wake;
    lock.lock();
    try {
      timer = null;
      store.timeReached(time.nanoTime());
      armTimer();
      wake = line.next();
    } finally {
      lock.unlock();
    }
    afterChange(wake);
  }

  // -- subscriptions come and go

  /** Ends a subscription: what it has in hand returns to its place. Idempotent. */
  public void end(MemorySubscription s) {
    MemorySubscription wake;
    boolean lastOne;
    lock.lock();
    try {
      if (s.ended) {
        return;
      }
      line.remove(s);
      lastOne = spec.temporary() && line.isEmpty();
      wake = line.next();
    } finally {
      lock.unlock();
    }
    afterChange(wake);
    s.ended();
    if (lastOne) {
      whenUnused.accept(this);
    }
  }

  /** Deletes the queue with its messages; returns the subscriptions that were cancelled by it. */
  public List<MemorySubscription> delete() {
    List<MemorySubscription> cancelled;
    lock.lock();
    try {
      deleted = true;
      cancelled = line.all();
      cancelled.forEach(line::remove);
      clear();
    } finally {
      lock.unlock();
    }
    cancelled.forEach(MemorySubscription::ended);
    activity.touch();
    return cancelled;
  }

  /** Removes the waiting messages and returns how many. */
  public long purge() {
    long n;
    lock.lock();
    try {
      n = store.waiting();
      clear();
    } finally {
      lock.unlock();
    }
    activity.touch();
    return n;
  }

  private void clear() {
    store.purge();
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  // -- faults

  /**
   * Cuts all subscriptions off once {@code deliveries} more have been handed out, and then runs a
   * task on a timer.
   */
  public void breakAfter(long deliveries, Runnable then) {
    lock.lock();
    try {
      line.breakAfter(deliveries);
      onBreak = then;
    } finally {
      lock.unlock();
    }
  }

  /** Takes {@link #breakAfter} back, where it has not happened. */
  public void doNotBreak() {
    breakAfter(-1, () -> {});
  }

  private void tellBroken() {
    Runnable then = onBreak;
    onBreak = null;
    if (then != null) {
      TimeSource.Timer unused = time.schedule(Duration.ZERO, then);
    }
  }

  /** Ends what {@link #breakAfter} began. */
  public void heal() {
    lock.lock();
    try {
      line.resume();
    } finally {
      lock.unlock();
    }
    activity.touch();
  }

  // -- looking

  /** Returns the subscriptions. */
  public List<MemorySubscription> subscriptions() {
    lock.lock();
    try {
      return line.all();
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many messages wait or are in hand. */
  public long depth() {
    lock.lock();
    try {
      return store.waiting() + store.held();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns at most {@code max} waiting messages, delayed ones included: by priority, then in
   * order.
   */
  public List<Message> browse(int max) {
    lock.lock();
    try {
      return store.browse(max);
    } finally {
      lock.unlock();
    }
  }

  /** Returns the messages in hand. */
  public List<Message> inHand() {
    lock.lock();
    try {
      return store.inHand();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns how much there is to do: messages in hand, and ready ones that a subscription could
   * take.
   */
  public long unfinished() {
    lock.lock();
    try {
      return store.held() + (line.anyCanTake() ? store.ready() : 0);
    } finally {
      lock.unlock();
    }
  }

  /** Throws when the invariants do not hold; for tests. */
  void check() {
    lock.lock();
    try {
      store.check();
      if (store.ready() > 0 && line.anyWaits()) {
        throw new IllegalStateException(
            "a subscription waits although " + store.ready() + " messages are ready");
      }
    } finally {
      lock.unlock();
    }
  }
}
