package dev.mq.core.dispatch;

import dev.mq.api.SettleResult;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.Lane;
import dev.mq.spi.SettleBatch;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** A lane of a scriptable queue. */
final class FakeLane implements Lane {
  final Map<Long, FakeQueue.Entry> held = new HashMap<>();
  final AtomicReference<Thread> user = new AtomicReference<>();
  private final FakeQueue queue;
  private final FakeQueue.Sub sub;
  private final int quota;
  private boolean woken;

  FakeLane(FakeQueue queue, FakeQueue.Sub sub, int quota) {
    this.queue = queue;
    this.sub = sub;
    this.quota = quota;
  }

  List<FakeQueue.Entry> takeAll() {
    List<Long> newestFirst = held.keySet().stream().sorted(Comparator.reverseOrder()).toList();
    return newestFirst.stream().map(held::remove).toList();
  }

  private void enter(String what) {
    if (!user.compareAndSet(null, Thread.currentThread())) {
      queue.locked(() -> queue.violations.add(what + " while another thread is inside the lane"));
    }
    if (sub.closed) {
      queue.locked(() -> queue.violations.add(what + " after close"));
    }
  }

  private void leave() {
    user.set(null);
  }

  @Override
  public int receive(DeliveryBatch batch, long maxWaitNanos) throws InterruptedException {
    enter("receive");
    try {
      CountDownLatch hang = queue.hangReceive;
      if (hang != null) {
        FakeQueue.await(hang);
      }
      queue.lock.lockInterruptibly();
      try {
        long left = maxWaitNanos;
        while (true) {
          if (queue.receiveError != null) {
            throw queue.receiveError;
          }
          if (held.size() >= queue.barrierAfter) {
            return BARRIER;
          }
          int n = 0;
          while (batch.room() > 0
              && !queue.ready.isEmpty()
              && n < queue.maxBatch
              && held.size() < queue.barrierAfter) {
            FakeQueue.Entry e = queue.ready.poll();
            if (++e.attempts > queue.deliveryLimit) {
              queue.violations.add("the broker would have ended " + e.message.id());
            }
            queue.handedOut++;
            long token = queue.nextToken++;
            if (!sub.options.settleOnReceive()) {
              held.put(token, e);
            }
            batch.add(token, e.message, e.attempts, e.failures, e.storedAt);
            n++;
          }
          if (n > 0) {
            queue.highWater = Math.max(queue.highWater, sub.held());
            return n;
          }
          if (woken || left <= 0) {
            woken = false;
            return 0;
          }
          left = queue.changed.awaitNanos(left);
        }
      } finally {
        queue.lock.unlock();
      }
    } finally {
      leave();
    }
  }

  @Override
  public void settle(SettleBatch batch) {
    enter("settle");
    try {
      CountDownLatch hang = queue.hangSettle;
      if (hang != null) {
        FakeQueue.await(hang);
      }
      RuntimeException error = queue.settleError;
      if (error != null) {
        throw error;
      }
      int size = batch.size();
      SettleResult[] results = new SettleResult[size];
      queue.locked(
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
    queue.lock.lock();
    try {
      return queue.holdAnswers && queue.heldAnswers.add(answer);
    } finally {
      queue.lock.unlock();
    }
  }

  private SettleResult settleOne(SettleBatch batch, int i) {
    FakeQueue.Entry e = held.remove(batch.token(i));
    if (e == null) {
      return SettleResult.LEASE_LOST;
    }
    queue.settled.add(
        new FakeQueue.Settled(
            e.message.id(), batch.outcome(i), batch.delayNanos(i), System.nanoTime()));
    switch (batch.outcome(i)) {
      case ACK -> {
        // Gone.
      }
      case RELEASE -> queue.giveBack(e);
      case RETRY -> {
        e.failures++;
        long delay = batch.delayNanos(i);
        if (delay == 0) {
          queue.ready.add(e);
        } else {
          queue.time.schedule(
              Duration.ofNanos(delay), () -> queue.locked(() -> queue.ready.add(e)));
        }
      }
    }
    return SettleResult.SETTLED;
  }

  @Override
  public long leaseNanos() {
    return queue.leaseNanos;
  }

  @Override
  public int quota() {
    return quota;
  }

  @Override
  public void pause() {
    enter("pause");
    try {
      queue.locked(() -> queue.pauses++);
    } finally {
      leave();
    }
  }

  @Override
  public void renew() {
    enter("renew");
    try {
      queue.locked(() -> queue.renewed.addAll(held.keySet()));
    } finally {
      leave();
    }
  }

  @Override
  public void wakeup() {
    queue.locked(
        () -> {
          queue.wakeups++;
          woken = true;
        });
  }
}
