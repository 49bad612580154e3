package dev.mq.core.log;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.spi.RecordBatch;
import dev.mq.spi.RecordSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Reads a {@link FakeLogs}; fails when two threads are inside at once, as real clients do. */
class FakeSource implements RecordSource {
  final FakeLogs logs;
  final Map<Integer, Long> next = new TreeMap<>();
  final Set<Integer> paused = new HashSet<>();
  final AtomicInteger closes = new AtomicInteger();
  final AtomicInteger polls = new AtomicInteger();
  final AtomicReference<RuntimeException> failNext = new AtomicReference<>();
  volatile boolean hangs;

  /** Whether a poll hangs now. */
  volatile boolean hanging;

  volatile int mostAtOnce = Integer.MAX_VALUE;
  private final AtomicReference<Thread> inside = new AtomicReference<>();
  private boolean woken;

  FakeSource(FakeLogs logs) {
    this.logs = logs;
  }

  final void enter() {
    Thread other = inside.get();
    if (other != Thread.currentThread() && !inside.compareAndSet(null, Thread.currentThread())) {
      throw new AssertionError("two threads inside: " + other + " and " + Thread.currentThread());
    }
    if (closes.get() > 0) {
      throw new AssertionError("used after close");
    }
  }

  final void check() {
    Thread other = inside.get();
    if (other != null && other != Thread.currentThread()) {
      throw new AssertionError("two threads inside: " + other + " and " + Thread.currentThread());
    }
  }

  final void exit() {
    inside.set(null);
  }

  @Override
  public int poll(RecordBatch batch, long maxWaitNanos) throws InterruptedException {
    enter();
    try {
      polls.incrementAndGet();
      RuntimeException failure = failNext.getAndSet(null);
      if (failure != null) {
        throw failure;
      }
      beforePoll();
      synchronized (logs) {
        int n = fill(batch);
        if (n == 0 && !woken && maxWaitNanos > 0) {
          TimeUnit.NANOSECONDS.timedWait(logs, Math.max(maxWaitNanos, 1_000_000));
          n = fill(batch);
        }
        while (hangs) {
          hanging = true;
          logs.wait();
        }
        hanging = false;
        woken = false;
        return n;
      }
    } finally {
      exit();
    }
  }

  void beforePoll() {}

  private int fill(RecordBatch batch) {
    int before = batch.size();
    for (Map.Entry<Integer, Long> e : next.entrySet()) {
      int p = e.getKey();
      if (paused.contains(p)) {
        continue;
      }
      for (FakeLogs.Rec r : logs.partitions.get(p)) {
        if (r.offset() >= e.getValue() && batch.room() > 0 && batch.size() - before < mostAtOnce) {
          batch.add(p, r.offset(), r.timestamp(), r.message());
          e.setValue(r.offset() + 1);
        }
      }
    }
    return batch.size() - before;
  }

  @Override
  public void seek(int partition, long offset) {
    boolean outer = inside.get() == Thread.currentThread();
    enter();
    synchronized (logs) {
      if (offset < logs.begin.get(partition) || offset > logs.end.get(partition)) {
        throw new MqException(ErrorCode.OUT_OF_RANGE, "seek to " + offset);
      }
      next.put(partition, offset);
    }
    if (!outer) {
      exit();
    }
  }

  @Override
  public long position(int partition) {
    synchronized (logs) {
      long at = next.get(partition);
      boolean more = logs.partitions.get(partition).stream().anyMatch(r -> r.offset() >= at);
      return more ? at : logs.end.get(partition);
    }
  }

  @Override
  public void pause(int partition) {
    check();
    synchronized (logs) {
      paused.add(partition);
    }
  }

  @Override
  public void resume(int partition) {
    check();
    synchronized (logs) {
      paused.remove(partition);
      logs.notifyAll();
    }
  }

  @Override
  public void wakeup() {
    synchronized (logs) {
      woken = true;
      logs.notifyAll();
    }
  }

  @Override
  public void close() {
    enter();
    try {
      beforeClose();
    } finally {
      closes.incrementAndGet();
      exit();
    }
  }

  void beforeClose() {}

  void heal() {
    synchronized (logs) {
      hangs = false;
      logs.notifyAll();
    }
  }
}
