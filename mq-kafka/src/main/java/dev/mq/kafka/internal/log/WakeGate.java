package dev.mq.kafka.internal.log;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Hands a wakeup on to the client only while it polls, because there it ends any call: a commit
 * made by a listener would lose its answer. Thread-safe.
 *
 * <p>{@code woken}: somebody wants the poll to return. {@code sent}: the client was told and has
 * not thrown yet; it will at its next call that can.
 */
final class WakeGate {
  private final Runnable client;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean open;
  private boolean woken;
  private boolean sent;

  /** Creates a gate in front of the client's wakeup, which must not block. */
  WakeGate(Runnable client) {
    this.client = requireNonNull(client, "client");
  }

  /** Makes the poll that runs, or the next one, return soon. From any thread. */
  void wakeup() {
    lock.lock();
    try {
      woken = true;
      send();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void send() {
    if (open && woken && !sent) {
      sent = true;
      client.run();
    }
  }

  /** Begins a poll; returns whether it must not wait. */
  boolean enter() {
    lock.lock();
    try {
      open = true;
      return woken;
    } finally {
      lock.unlock();
    }
  }

  /** Ends a poll, and with it what it was woken for. */
  void exit() {
    lock.lock();
    try {
      open = false;
      woken = false;
    } finally {
      lock.unlock();
    }
  }

  boolean isOpen() {
    lock.lock();
    try {
      return open;
    } finally {
      lock.unlock();
    }
  }

  boolean isWoken() {
    lock.lock();
    try {
      return woken;
    } finally {
      lock.unlock();
    }
  }

  /** The client threw what it was sent. */
  void thrown() {
    lock.lock();
    try {
      sent = false;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Keeps wakeups back, because a listener is called; returns whether the client will still throw.
   */
  boolean shut() {
    lock.lock();
    try {
      open = false;
      return sent;
    } finally {
      lock.unlock();
    }
  }

  /** Lets wakeups through again, also one that was kept back. */
  void reopen() {
    lock.lock();
    try {
      open = true;
      send();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a wakeup where there is nothing to poll. */
  void await(long nanos) throws InterruptedException {
    long left = nanos;
    lock.lockInterruptibly();
    try {
      while (!woken && left > 0) {
        left = changed.awaitNanos(left);
      }
      woken = false;
    } finally {
      lock.unlock();
    }
  }
}
