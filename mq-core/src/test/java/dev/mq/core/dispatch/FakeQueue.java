package dev.mq.core.dispatch;

import dev.mq.api.Message;
import dev.mq.api.SettleResult;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.Lane;
import dev.mq.spi.QueueSubscription;
import dev.mq.spi.SettleBatch;
import dev.mq.spi.SettleOutcome;
import dev.mq.spi.SubscribeOptions;
import dev.mq.spi.SubscriptionListener;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
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
  private final TimeSource time;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Entry> ready = new ArrayDeque<>();
  private final List<Sub> subs = new ArrayList<>();
  private long nextToken = 1;

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
  private int pauses;
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

  private void giveBack(Entry e) {
    ready.addFirst(e);
    changed.signalAll();
  }

  private void locked(Runnable body) {
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
        lanes.add(new FakeLane(this, Math.max(1, quota)));
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

  private static void await(CountDownLatch latch) {
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

  /** A lane. */
  final class FakeLane implements Lane {
    final Map<Long, Entry> held = new HashMap<>();
    final AtomicReference<Thread> user = new AtomicReference<>();
    private final Sub sub;
    private final int quota;
    private boolean woken;

    FakeLane(Sub sub, int quota) {
      this.sub = sub;
      this.quota = quota;
    }

    private List<Entry> takeAll() {
      List<Long> newestFirst = held.keySet().stream().sorted(Comparator.reverseOrder()).toList();
      return newestFirst.stream().map(held::remove).toList();
    }

    private void enter(String what) {
      if (!user.compareAndSet(null, Thread.currentThread())) {
        locked(() -> violations.add(what + " while another thread is inside the lane"));
      }
      if (sub.closed) {
        locked(() -> violations.add(what + " after close"));
      }
    }

    private void leave() {
      user.set(null);
    }

    @Override
    public int receive(DeliveryBatch batch, long maxWaitNanos) throws InterruptedException {
      enter("receive");
      try {
        CountDownLatch hang = hangReceive;
        if (hang != null) {
          await(hang);
        }
        lock.lockInterruptibly();
        try {
          long left = maxWaitNanos;
          while (true) {
            if (receiveError != null) {
              throw receiveError;
            }
            if (held.size() >= barrierAfter) {
              return BARRIER;
            }
            int n = 0;
            while (batch.room() > 0
                && !ready.isEmpty()
                && n < maxBatch
                && held.size() < barrierAfter) {
              Entry e = ready.poll();
              if (++e.attempts > deliveryLimit) {
                violations.add("the broker would have ended " + e.message.id());
              }
              handedOut++;
              long token = nextToken++;
              if (!sub.options.settleOnReceive()) {
                held.put(token, e);
              }
              batch.add(token, e.message, e.attempts, e.failures, e.storedAt);
              n++;
            }
            if (n > 0) {
              highWater = Math.max(highWater, sub.held());
              return n;
            }
            if (woken || left <= 0) {
              woken = false;
              return 0;
            }
            left = changed.awaitNanos(left);
          }
        } finally {
          lock.unlock();
        }
      } finally {
        leave();
      }
    }

    @Override
    public void settle(SettleBatch batch) {
      enter("settle");
      try {
        CountDownLatch hang = hangSettle;
        if (hang != null) {
          await(hang);
        }
        RuntimeException error = settleError;
        if (error != null) {
          throw error;
        }
        int size = batch.size();
        SettleResult[] results = new SettleResult[size];
        locked(
            () -> {
              for (int i = 0; i < size; i++) {
                results[i] = settleOne(batch, i);
              }
            });
        Runnable answer =
            () -> {
              boolean all = size > 1;
              for (SettleResult r : results) {
                all &= r == results[0];
              }
              if (all) {
                batch.settledAll(results[0]);
              } else {
                for (int i = 0; i < size; i++) {
                  batch.settled(i, results[i]);
                }
              }
            };
        if (!keptBack(answer)) {
          answer.run();
        }
      } finally {
        leave();
      }
    }

    /** One step, so that {@code answerHeld} forgets none. */
    private boolean keptBack(Runnable answer) {
      lock.lock();
      try {
        return holdAnswers && heldAnswers.add(answer);
      } finally {
        lock.unlock();
      }
    }

    private SettleResult settleOne(SettleBatch batch, int i) {
      Entry e = held.remove(batch.token(i));
      if (e == null) {
        return SettleResult.LEASE_LOST;
      }
      settled.add(
          new Settled(e.message.id(), batch.outcome(i), batch.delayNanos(i), System.nanoTime()));
      switch (batch.outcome(i)) {
        case ACK -> {
          // Gone.
        }
        case RELEASE -> giveBack(e);
        case RETRY -> {
          e.failures++;
          long delay = batch.delayNanos(i);
          if (delay == 0) {
            ready.add(e);
          } else {
            time.schedule(Duration.ofNanos(delay), () -> locked(() -> ready.add(e)));
          }
        }
      }
      return SettleResult.SETTLED;
    }

    @Override
    public long leaseNanos() {
      return leaseNanos;
    }

    @Override
    public int quota() {
      return quota;
    }

    @Override
    public void pause() {
      enter("pause");
      try {
        locked(() -> pauses++);
      } finally {
        leave();
      }
    }

    @Override
    public void renew() {
      enter("renew");
      try {
        locked(() -> renewed.addAll(held.keySet()));
      } finally {
        leave();
      }
    }

    @Override
    public void wakeup() {
      locked(
          () -> {
            wakeups++;
            woken = true;
          });
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
