package dev.mq.core.log;

import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A clock that stands still until a test moves it. */
final class ManualTime implements TimeSource {
  private record Due(long nanos, long order, Runnable task) {}

  private final PriorityQueue<Due> timers =
      new PriorityQueue<>(Comparator.comparingLong(Due::nanos).thenComparingLong(Due::order));
  private long nanos;
  private long order;

  @Override
  public synchronized Instant now() {
    return Instant.EPOCH.plusNanos(nanos);
  }

  @Override
  public synchronized long nanoTime() {
    return nanos;
  }

  @Override
  public synchronized Timer schedule(Duration delay, Runnable task) {
    Due due = new Due(nanos + delay.toNanos(), order++, task);
    timers.add(due);
    return () -> cancel(due);
  }

  private synchronized void cancel(Due due) {
    timers.remove(due);
  }

  synchronized int timers() {
    return timers.size();
  }

  void advance(Duration by) {
    long end;
    synchronized (this) {
      end = nanos + by.toNanos();
    }
    for (Due due = next(end); due != null; due = next(end)) {
      due.task().run();
    }
  }

  private synchronized Due next(long end) {
    Due due = timers.peek();
    if (due == null || due.nanos() > end) {
      nanos = end;
      return null;
    }
    timers.remove();
    nanos = Math.max(nanos, due.nanos());
    return due;
  }
}
