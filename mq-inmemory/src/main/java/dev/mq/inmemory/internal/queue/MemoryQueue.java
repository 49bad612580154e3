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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A queue. Thread-safe.
 *
 * <p>One short lock guards everything; no thread waits, and no foreign code but the columns of a batch runs, while it is held.
 * After every change that leaves ready messages, one subscription that waits is woken; that one wakes the next after it has taken
 * its share, so a wake-up is never lost and never given to more threads than there are messages.
 *
 * <p>{@code readyMask} has the bit of each priority with a ready message. {@code eligible} counts the subscriptions that can
 * take one now.
 */
public final class MemoryQueue implements BackendQueue {
  private final QueueSpec spec;
  private final String incarnation;
  private final @Nullable Object owner;
  private final EngineTime time;
  private final Activity activity;
  private final Consumer<MemoryQueue> whenUnused;
  private final ReentrantLock lock = new ReentrantLock();
  private final @Nullable SegmentChain[] chains;
  private final List<MemorySubscription> subscriptions = new ArrayList<>();
  private final ArrayDeque<MemorySubscription> line = new ArrayDeque<>();
  private final DelayedMessages delayed = new DelayedMessages();
  private final boolean needsArrivals;
  private TimeSource.@Nullable Timer timer;
  private long timerDue;
  private int readyMask;
  private long ready;
  private long waiting;
  private long held;
  private long arrivals;
  private int eligible;
  private boolean deleted;
  private boolean suspended;
  private long deliveriesToBreak = -1;
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
    this.chains = new SegmentChain[spec.maxPriority() + 1];
    this.needsArrivals = spec.maxPriority() > 0 && spec.maxLength() > 0 && spec.overflow() == Overflow.DROP_HEAD;
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
          ErrorCode.OWNED_BY_OTHER, operation + " queue:" + name() + ": the queue is exclusive to another broker");
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
        if (waiting >= limit) {
          if (spec.overflow() == Overflow.REJECT_PUBLISH) {
            break;
          }
          dropOldest(limit - 1);
        }
        store(batch.message(i), now);
        n++;
      }
      wake = nextInLine();
    } finally {
      lock.unlock();
    }
    afterChange(wake);
    return n;
  }

  private void store(Message message, long now) {
    int priority = chains.length == 1 ? 0 : Math.min(message.priority(), chains.length - 1);
    SegmentChain chain = chains[priority];
    if (chain == null) {
      chain = new SegmentChain(needsArrivals);
      chains[priority] = chain;
    }
    chain.append(message, now, needsArrivals ? arrivals++ : 0);
    readyMask |= 1 << priority;
    ready++;
    waiting++;
  }

  private void dropOldest(long downTo) {
    while (waiting > downTo) {
      MessageSegment oldest = null;
      int slot = 0;
      for (SegmentChain c : chains) {
        MessageSegment s = c == null ? null : c.oldestWaiting();
        if (s != null) {
          int first = s.nextWaiting(0);
          if (oldest == null || s.arrival(first) < oldest.arrival(slot)) {
            oldest = s;
            slot = first;
          }
        }
      }
      if (oldest == null) {
        return;
      }
      ready -= oldest.isDelayed(oldest.base + slot) ? 0 : 1;
      waiting--;
      oldest.chain.removeWaiting(oldest, slot);
      refreshMask();
    }
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
      s.suspended = suspended;
      subscriptions.add(s);
      refreshEligible();
    } finally {
      lock.unlock();
    }
    activity.touch();
    return s;
  }

  /**
   * Hands ready messages to a subscription: its share, so that others that can take messages get theirs.
   *
   * @param wait whether to put it in the line of those to be woken, when there is nothing
   */
  int take(MemorySubscription s, DeliveryBatch batch, boolean wait) {
    MemorySubscription wake;
    int n = 0;
    lock.lock();
    try {
      leaveLine(s);
      if (s.eligible) {
        n = takeShare(s, batch);
        if (n == 0 && wait && ready == 0) {
          s.waiting = true;
          line.add(s);
        }
      }
      wake = nextInLine();
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

  private int takeShare(MemorySubscription s, DeliveryBatch batch) {
    int max = Math.min(batch.room(), s.credit());
    if (eligible > 1) {
      max = (int) Math.min(max, (ready + eligible - 1) / eligible);
    }
    if (deliveriesToBreak >= 0) {
      max = (int) Math.min(max, deliveriesToBreak);
    }
    int first = batch.size();
    int n = 0;
    while (n < max && readyMask != 0) {
      int priority = 31 - Integer.numberOfLeadingZeros(readyMask);
      SegmentChain chain = chains[priority];
      if (chain != null) {
        n += chain.take(batch, max - n, s.leases);
      }
      if (chain == null || !chain.hasReady()) {
        readyMask &= ~(1 << priority);
      }
    }
    ready -= n;
    waiting -= n;
    held += n;
    if (s.settleOnReceive()) {
      for (int i = first; i < first + n; i++) {
        settleOne(s, s.leases.find(batch.token(i)));
      }
    }
    if (n > 0 && deliveriesToBreak >= 0) {
      deliveriesToBreak -= n;
      if (deliveriesToBreak == 0) {
        breakOff();
      }
    }
    refreshEligible(s);
    return n;
  }

  private void settleOne(MemorySubscription s, int entry) {
    MessageSegment segment = s.leases.segment(entry);
    if (segment != null) {
      segment.chain.removeHeld(segment, s.leases.slot(entry));
      s.leases.remove(entry);
      held--;
    }
  }

  /** Takes a subscription out of the line when its thread stops waiting; whoever is next gets its wake-up. */
  void stopWaiting(MemorySubscription s) {
    MemorySubscription wake;
    lock.lock();
    try {
      leaveLine(s);
      wake = nextInLine();
    } finally {
      lock.unlock();
    }
    if (wake != null) {
      wake.signal();
    }
  }

  private void leaveLine(MemorySubscription s) {
    if (s.waiting) {
      s.waiting = false;
      line.remove(s);
    }
  }

  private @Nullable MemorySubscription nextInLine() {
    if (ready == 0) {
      return null;
    }
    MemorySubscription s = line.poll();
    if (s != null) {
      s.waiting = false;
    }
    return s;
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
          case ACK -> settleOne(s, entry);
          case RELEASE -> giveBack(s, entry, false, 0);
          case RETRY -> giveBack(s, entry, true, batch.delayNanos(i));
        }
      }
      refreshEligible(s);
      armTimer();
      wake = nextInLine();
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

  private void giveBack(MemorySubscription s, int entry, boolean failed, long delayNanos) {
    MessageSegment segment = s.leases.segment(entry);
    if (segment == null) {
      return;
    }
    int slot = s.leases.slot(entry);
    s.leases.remove(entry);
    held--;
    waiting++;
    segment.giveBack(slot, failed);
    if (delayNanos > 0) {
      delayed.add(time.nanoTime() + Math.min(delayNanos, Long.MAX_VALUE / 4), segment, slot);
    } else {
      segment.chain.makeReady(segment, slot);
      ready++;
      refreshMask();
    }
  }

  private void giveBackAll(MemorySubscription s) {
    for (int entry = 0; s.leases.size() > 0 && entry < s.leases.used(); entry++) {
      giveBack(s, entry, false, 0);
    }
  }

  private void armTimer() {
    if (delayed.isEmpty() || timer != null && timerDue <= delayed.firstDue()) {
      return;
    }
    if (timer != null) {
      timer.cancel();
    }
    timerDue = delayed.firstDue();
    timer = time.schedule(Duration.ofNanos(Math.max(1, timerDue - time.nanoTime())), this::timeReached);
  }

  private void timeReached() {
    MemorySubscription wake;
    lock.lock();
    try {
      timer = null;
      ready += delayed.release(time.nanoTime());
      refreshMask();
      armTimer();
      wake = nextInLine();
    } finally {
      lock.unlock();
    }
    afterChange(wake);
  }

  private void refreshMask() {
    int mask = 0;
    for (int p = 0; p < chains.length; p++) {
      SegmentChain c = chains[p];
      mask |= c != null && c.hasReady() ? 1 << p : 0;
    }
    readyMask = mask;
  }

  // -- subscriptions come and go

  private void refreshEligible(MemorySubscription s) {
    boolean can =
        !s.ended
            && !s.suspended
            && s.credit() > 0
            && (!spec.singleActiveConsumer() || subscriptions.get(0) == s);
    if (can != s.eligible) {
      s.eligible = can;
      eligible += can ? 1 : -1;
      if (can) {
        s.signal();
      }
    }
  }

  private void refreshEligible() {
    for (MemorySubscription s : subscriptions) {
      refreshEligible(s);
    }
  }

  /** Ends a subscription: what it has in hand returns to its place. Idempotent. */
  public void end(MemorySubscription s) {
    MemorySubscription wake;
    boolean lastOne;
    lock.lock();
    try {
      if (s.ended) {
        return;
      }
      s.ended = true;
      giveBackAll(s);
      leaveLine(s);
      refreshEligible(s);
      subscriptions.remove(s);
      refreshEligible();
      lastOne = spec.temporary() && subscriptions.isEmpty();
      wake = nextInLine();
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
      cancelled = List.copyOf(subscriptions);
      for (MemorySubscription s : cancelled) {
        giveBackAll(s);
        leaveLine(s);
        s.ended = true;
        s.eligible = false;
      }
      subscriptions.clear();
      eligible = 0;
      clear();
      held = 0;
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
      n = waiting;
      clear();
    } finally {
      lock.unlock();
    }
    activity.touch();
    return n;
  }

  private void clear() {
    for (SegmentChain c : chains) {
      if (c != null) {
        c.purge();
      }
    }
    delayed.clear();
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    readyMask = 0;
    ready = 0;
    waiting = 0;
  }

  // -- faults

  /** Cuts all subscriptions off once {@code deliveries} more have been handed out, and then runs a task on a timer. */
  public void breakAfter(long deliveries, Runnable then) {
    lock.lock();
    try {
      deliveriesToBreak = deliveries;
      onBreak = then;
    } finally {
      lock.unlock();
    }
  }

  private void breakOff() {
    deliveriesToBreak = -1;
    suspended = true;
    for (MemorySubscription s : subscriptions) {
      giveBackAll(s);
      leaveLine(s);
      s.suspended = true;
    }
    refreshEligible();
    Runnable then = onBreak;
    if (then != null) {
      time.schedule(Duration.ZERO, then);
    }
  }

  /** Ends what {@link #breakAfter} began. */
  public void heal() {
    lock.lock();
    try {
      suspended = false;
      for (MemorySubscription s : subscriptions) {
        s.suspended = false;
      }
      refreshEligible();
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
      return List.copyOf(subscriptions);
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many messages wait or are in hand. */
  public long depth() {
    lock.lock();
    try {
      return waiting + held;
    } finally {
      lock.unlock();
    }
  }

  /** Returns at most {@code max} waiting messages, delayed ones included: by priority, then in order. */
  public List<Message> browse(int max) {
    List<Message> found = new ArrayList<>();
    lock.lock();
    try {
      for (int p = chains.length - 1; p >= 0; p--) {
        SegmentChain c = chains[p];
        if (c != null) {
          c.browse(max - found.size(), found::add);
        }
      }
    } finally {
      lock.unlock();
    }
    return found;
  }

  /** Returns the messages in hand. */
  public List<Message> inHand() {
    List<Message> found = new ArrayList<>();
    lock.lock();
    try {
      for (SegmentChain c : chains) {
        if (c != null) {
          c.forEachHeld(found::add);
        }
      }
    } finally {
      lock.unlock();
    }
    return found;
  }

  /** Returns how much there is to do: messages in hand, and ready ones that a subscription could take. */
  public long unfinished() {
    lock.lock();
    try {
      return held + (eligible > 0 ? ready : 0);
    } finally {
      lock.unlock();
    }
  }

  /** Throws when the invariants do not hold; for tests. */
  void check() {
    lock.lock();
    try {
      for (int p = 0; p < chains.length; p++) {
        SegmentChain c = chains[p];
        if (c != null) {
          c.check();
          if (c.hasReady() != ((readyMask & 1 << p) != 0)) {
            throw new IllegalStateException("ready bit of priority " + p);
          }
        }
      }
      if (ready > 0 && !line.isEmpty()) {
        throw new IllegalStateException("a subscription waits although " + ready + " messages are ready");
      }
    } finally {
      lock.unlock();
    }
  }
}
