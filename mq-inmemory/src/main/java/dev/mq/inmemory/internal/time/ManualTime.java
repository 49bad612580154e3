package dev.mq.inmemory.internal.time;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A clock that stands still until it is advanced. Advancing runs every timer at its due time, in
 * order of due time and then of scheduling, on the advancing thread. Timers due at once run on a
 * short-lived thread, since nobody may be advancing.
 *
 * <p>{@code runner} is held while timers run, so they run one at a time; {@code lock} guards the
 * rest and is never held while foreign code runs.
 */
public final class ManualTime implements EngineTime {
  private static final Logger LOG = LoggerFactory.getLogger(ManualTime.class);

  /** The time of day a new clock shows: any fixed one, so that tests repeat. */
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final ReentrantLock runner = new ReentrantLock();
  private final ReentrantLock lock = new ReentrantLock();
  private final PriorityQueue<Waiting> timers = new PriorityQueue<>();
  private final Runnable beforeStep;
  private final String engine;
  private volatile long nanos;
  private long scheduled;
  private boolean closed;

  /**
   * Creates a clock.
   *
   * @param beforeStep runs before time moves on, on the advancing thread: lets the engine come to
   *     rest
   */
  public ManualTime(String engine, Runnable beforeStep) {
    this.engine = engine;
    this.beforeStep = beforeStep;
  }

  private final class Waiting implements Timer, Comparable<Waiting> {
    final long due;
    final long number;
    final Runnable task;

    Waiting(long due, long number, Runnable task) {
      this.due = due;
      this.number = number;
      this.task = task;
    }

    @Override
    public void cancel() {
      lock.lock();
      try {
        timers.remove(this);
      } finally {
        lock.unlock();
      }
    }

    @Override
    public int compareTo(Waiting other) {
      return due != other.due ? Long.compare(due, other.due) : Long.compare(number, other.number);
    }
  }

  @Override
  public Instant now() {
    return START.plusNanos(nanos);
  }

  @Override
  public long millis() {
    return START.toEpochMilli() + nanos / 1_000_000;
  }

  @Override
  public long nanoTime() {
    return nanos;
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    long wait = Timers.nanos(delay);
    Waiting timer;
    lock.lock();
    try {
      timer = new Waiting(nanos + wait, scheduled++, task);
      if (closed) {
        return timer;
      }
      timers.add(timer);
    } finally {
      lock.unlock();
    }
    if (wait == 0) {
      Thread t = new Thread(this::runDue, "mq-engine-" + engine + "-timer");
      t.setDaemon(true);
      t.start();
    }
    return timer;
  }

  /** Moves time forward; see {@code InMemoryClock}. */
  public void advance(Duration by) {
    if (runner.isHeldByCurrentThread()) {
      throw new MqException(
          ErrorCode.WOULD_BLOCK, "advance: called from inside a timer of the same clock");
    }
    if (by.isNegative()) {
      throw new MqException(ErrorCode.INVALID_ARGUMENT, "advance: time cannot go back, by " + by);
    }
    long target = nanos + Timers.nanos(by);
    while (true) {
      beforeStep.run();
      if (!step(target)) {
        return;
      }
    }
  }

  /**
   * Runs the timers of the next due time up to a target, else moves to the target; returns whether
   * there may be more.
   */
  private boolean step(long target) {
    runner.lock();
    try {
      Waiting first = next(target);
      if (first == null) {
        return false;
      }
      for (Waiting t = first; t != null; t = next(first.due)) {
        run(t.task);
      }
      return true;
    } finally {
      runner.unlock();
    }
  }

  private void runDue() {
    runner.lock();
    try {
      for (Waiting t = next(nanos); t != null; t = next(nanos)) {
        run(t.task);
      }
    } finally {
      runner.unlock();
    }
  }

  /**
   * Takes the first timer due at or before a time and moves the clock there; without one moves it
   * to that time.
   */
  private @Nullable Waiting next(long until) {
    lock.lock();
    try {
      Waiting first = timers.peek();
      boolean found = first != null && first.due <= until;
      long time = first != null && found ? first.due : until;
      if (time > nanos) {
        nanos = time;
      }
      return found ? timers.poll() : null;
    } finally {
      lock.unlock();
    }
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.error("a timer threw", e);
    }
  }

  @Override
  public void shutdown() {
    lock.lock();
    try {
      closed = true;
      timers.clear();
    } finally {
      lock.unlock();
    }
  }
}
