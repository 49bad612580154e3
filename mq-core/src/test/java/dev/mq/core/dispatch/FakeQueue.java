package dev.mq.core.dispatch;

import dev.mq.api.Message;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.Lane;
import dev.mq.spi.QueueSubscription;
import dev.mq.spi.SettleOutcome;
import dev.mq.spi.SubscribeOptions;
import dev.mq.spi.SubscriptionListener;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A queue of a scriptable backend; watches that its lanes are used as the driver contract says. */
final class FakeQueue implements BackendQueue {
  /** A message with what the backend counts. */
  static final class Entry {
    final Message message;
    final long storedAt;
    int attempts;
    int failures;

    Entry(Message message, long storedAt) {
      this.message = message;
      this.storedAt = storedAt;
    }
  }

  /** One settlement as the lane saw it. */
  record Settled(String id, SettleOutcome outcome, long delayNanos, long atNanos) {}

  final String name;
  final List<Settled> settled = new ArrayList<>();
  final List<String> violations = new ArrayList<>();
  final TimeSource time;
  final ReentrantLock lock = new ReentrantLock();
  final Condition changed = lock.newCondition();
  final ArrayDeque<Entry> ready = new ArrayDeque<>();
  private final List<Sub> subs = new ArrayList<>();
  long nextToken = 1;

  // The script.
  int laneCount = 1;
  long leaseNanos;
  int barrierAfter = Integer.MAX_VALUE;
  int maxBatch = Integer.MAX_VALUE;
  int deliveryLimit = Integer.MAX_VALUE;
  volatile RuntimeException settleError;
  volatile RuntimeException receiveError;
  volatile boolean holdAnswers;
  volatile CountDownLatch hangSettle;
  volatile CountDownLatch hangReceive;
  volatile CountDownLatch hangClose;
  final List<Runnable> heldAnswers = new ArrayList<>();
  final List<Long> renewed = new ArrayList<>();
  int pauses;
  int highWater;
  int handedOut;
  int closes;
  final List<String> closedBy = new ArrayList<>();
  int wakeups;
  SubscribeOptions lastOptions;

  FakeQueue(String name, TimeSource time) {
    this.name = name;
    this.time = time;
  }

  @Override
  public String name() {
    return name;
  }

  void add(Message m) {
    locked(() -> ready.add(new Entry(m, time.now().toEpochMilli())));
  }

  void add(Message m, int attempts, int failures) {
    locked(
        () -> {
          Entry e = new Entry(m, time.now().toEpochMilli());
          e.attempts = attempts;
          e.failures = failures;
          ready.add(e);
        });
  }

  List<Message> waiting() {
    lock.lock();
    try {
      return ready.stream().map(e -> e.message).toList();
    } finally {
      lock.unlock();
    }
  }

  List<Entry> entries() {
    lock.lock();
    try {
      return List.copyOf(ready);
    } finally {
      lock.unlock();
    }
  }

  int unsettled() {
    lock.lock();
    try {
      return subs.stream().mapToInt(Sub::held).sum();
    } finally {
      lock.unlock();
    }
  }

  List<Settled> settlements() {
    lock.lock();
    try {
      return List.copyOf(settled);
    } finally {
      lock.unlock();
    }
  }

  List<String> settledIds(SettleOutcome outcome) {
    return settlements().stream().filter(s -> s.outcome == outcome).map(Settled::id).toList();
  }

  List<String> violations() {
    lock.lock();
    try {
      return List.copyOf(violations);
    } finally {
      lock.unlock();
    }
  }

  int pauses() {
    lock.lock();
    try {
      return pauses;
    } finally {
      lock.unlock();
    }
  }

  List<Long> renewals() {
    lock.lock();
    try {
      return List.copyOf(renewed);
    } finally {
      lock.unlock();
    }
  }

  /** Answers what was kept back while {@code holdAnswers} was set. */
  void answerHeld() {
    List<Runnable> all = new ArrayList<>();
    locked(
        () -> {
          holdAnswers = false;
          all.addAll(heldAnswers);
          heldAnswers.clear();
        });
    all.forEach(Runnable::run);
  }

  Sub lastSub() {
    lock.lock();
    try {
      return subs.get(subs.size() - 1);
    } finally {
      lock.unlock();
    }
  }

  /** The connection breaks: everything leased returns, and the listener is told. */
  void loseAll() {
    for (Sub sub : List.copyOf(subs)) {
      for (FakeLane lane : sub.lanes) {
        // Told before anything is handed out again, so that the new deliveries are not taken for
        // the old ones.
        List<Entry> lost = new ArrayList<>();
        locked(() -> lost.addAll(lane.takeAll()));
        sub.listener.allLeasesLost(lane);
        locked(() -> lost.forEach(ready::addFirst));
      }
    }
  }

  /** Single leases end. */
  void lose(String id) {
    for (Sub sub : List.copyOf(subs)) {
      for (FakeLane lane : sub.lanes) {
        List<Long> tokens = new ArrayList<>();
        List<Entry> lost = new ArrayList<>();
        locked(
            () -> {
              lane.held.forEach(
                  (t, e) -> {
                    if (e.message.id().equals(id)) {
                      tokens.add(t);
                    }
                  });
              tokens.forEach(t -> lost.add(lane.held.remove(t)));
            });
        if (!tokens.isEmpty()) {
          sub.listener.leasesLost(lane, tokens.stream().mapToLong(Long::longValue).toArray());
          locked(() -> lost.forEach(ready::addFirst));
        }
      }
    }
  }

  void cancel(Throwable reason) {
    lastSub().listener.cancelled(reason);
  }

  Sub subscribe(SubscribeOptions options, SubscriptionListener listener) {
    Sub sub = new Sub(options, listener);
    locked(
        () -> {
          subs.add(sub);
          lastOptions = options;
        });
    return sub;
  }

  void giveBack(Entry e) {
    ready.addFirst(e);
    changed.signalAll();
  }

  void locked(Runnable body) {
    lock.lock();
    try {
      body.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** A subscription. */
  final class Sub implements QueueSubscription {
    final List<FakeLane> lanes = new ArrayList<>();
    final SubscribeOptions options;
    final SubscriptionListener listener;
    boolean closed;

    Sub(SubscribeOptions options, SubscriptionListener listener) {
      this.options = options;
      this.listener = listener;
      for (int i = 0; i < laneCount; i++) {
        int prefetch = options.prefetch();
        int quota = prefetch / laneCount + (i < prefetch % laneCount ? 1 : 0);
        lanes.add(new FakeLane(FakeQueue.this, this, Math.max(1, quota)));
      }
    }

    int held() {
      return lanes.stream().mapToInt(l -> l.held.size()).sum();
    }

    @Override
    public List<? extends Lane> lanes() {
      return lanes;
    }

    @Override
    public void close() {
      CountDownLatch hang = hangClose;
      if (hang != null) {
        await(hang);
      }
      locked(
          () -> {
            closes++;
            closedBy.add(Thread.currentThread().getName());
            if (closed) {
              violations.add("closed twice");
            }
            closed = true;
            for (FakeLane lane : lanes) {
              if (lane.user.get() != null) {
                violations.add("closed while a thread is inside a lane");
              }
              lane.takeAll().forEach(ready::addFirst);
            }
          });
    }
  }

  static void await(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  boolean awaitNoneUnsettled(Duration timeout) throws InterruptedException {
    lock.lock();
    try {
      long left = timeout.toNanos();
      while (subs.stream().mapToInt(Sub::held).sum() > 0 || !ready.isEmpty()) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(Math.min(left, TimeUnit.MILLISECONDS.toNanos(20)));
      }
      return true;
    } finally {
      lock.unlock();
    }
  }
}
