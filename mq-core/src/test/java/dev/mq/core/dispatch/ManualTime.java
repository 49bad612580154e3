package dev.mq.core.dispatch;

import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A clock that stands still until a test moves it; runs due timers on the test's thread, in order.
 */
final class ManualTime implements TimeSource {
  private record Task(long due, long number, Runnable run) {}

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final AtomicLong now = new AtomicLong();
  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.comparingLong(Task::due).thenComparingLong(Task::number));
  private long number;

  @Override
  public Instant now() {
    return START.plusNanos(now.get());
  }

  @Override
  public long nanoTime() {
    return now.get();
  }

  @Override
  public synchronized Timer schedule(Duration delay, Runnable run) {
    Task task = new Task(now.get() + delay.toNanos(), number++, run);
    tasks.add(task);
    return () -> cancel(task);
  }

  private synchronized void cancel(Task task) {
    tasks.remove(task);
  }

  synchronized int timers() {
    return tasks.size();
  }

  void advance(Duration by) {
    long until = now.get() + by.toNanos();
    while (true) {
      Task next;
      synchronized (this) {
        next = tasks.peek();
        if (next == null || next.due > until) {
          now.set(until);
          return;
        }
        tasks.remove();
        now.set(Math.max(now.get(), next.due));
      }
      next.run.run();
    }
  }
}
