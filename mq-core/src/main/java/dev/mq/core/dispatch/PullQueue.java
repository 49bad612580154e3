package dev.mq.core.dispatch;

import dev.mq.api.ClosedException;
import dev.mq.api.Delivery;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.core.runtime.Kernel;
import dev.mq.core.runtime.Nanos;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Keeps deliveries until the program pulls them. Thread-safe. */
final class PullQueue implements Sink {
  private final Kernel kernel;
  private final QueueConsumer owner;
  private final Runner runner;
  private final HoldWatch watch;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<DeliveryImpl> ready = new ArrayDeque<>();
  private boolean stopped;

  PullQueue(Kernel kernel, QueueConsumer owner, Runner runner, HoldWatch watch) {
    this.kernel = kernel;
    this.owner = owner;
    this.runner = runner;
    this.watch = watch;
  }

  /**
   * Waits in real time for at least one delivery; returns at most {@code max}, none after the
   * timeout.
   */
  List<Delivery> pull(int max, Duration timeout) {
    long deadline = owner.real().nanoTime() + Nanos.of(timeout);
    List<Delivery> result = new ArrayList<>(1);
    while (true) {
      DeliveryImpl d = poll(result.isEmpty() ? deadline : owner.real().nanoTime());
      if (d == null) {
        return result;
      }
      if (runner.admit(d)) {
        runner.handOut(d, kernel.time().nanoTime());
        watch.handedOut();
        result.add(d);
        if (result.size() == max) {
          return result;
        }
      }
    }
  }

  private @Nullable DeliveryImpl poll(long deadline) {
    lock.lock();
    try {
      while (true) {
        if (stopped) {
          throw new ClosedException(
              "receive " + owner.address() + ": consumer '" + owner.name() + "' is closed");
        }
        DeliveryImpl d = owner.isPaused() ? null : ready.poll();
        if (d != null) {
          return d;
        }
        long left = deadline - owner.real().nanoTime();
        if (left <= 0) {
          return null;
        }
        changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MqException(
          ErrorCode.INTERRUPTED, "receive " + owner.address() + ": interrupted", e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void accept(DeliveryImpl[] deliveries, int count) {
    boolean late;
    lock.lock();
    try {
      late = stopped;
      for (int i = 0; i < count && !late; i++) {
        ready.add(deliveries[i]);
      }
      if (count == 1) {
        changed.signal();
      } else {
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
    for (int i = 0; i < count && late; i++) {
      owner.giveBack(deliveries[i]);
    }
  }

  @Override
  public List<DeliveryImpl> takeUnseen() {
    lock.lock();
    try {
      List<DeliveryImpl> unseen = new ArrayList<>(ready);
      ready.clear();
      return unseen;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void resumed() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<DeliveryImpl> stop() {
    lock.lock();
    try {
      stopped = true;
      List<DeliveryImpl> unseen = new ArrayList<>(ready);
      ready.clear();
      changed.signalAll();
      return unseen;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int backlog() {
    lock.lock();
    try {
      return ready.size();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean awaitIdle(long deadlineNanos) {
    return true;
  }

  @Override
  public boolean isInsideHandler() {
    return false;
  }
}
