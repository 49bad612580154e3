package dev.mq.core.produce;

import dev.mq.core.runtime.Nanos;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The sends of one producer that have no answer yet, oldest first: what flush waits for and what
 * the delivery timeout ends. Thread-safe.
 *
 * <p>Invariant: an intrusive list in the order of {@link #add}, each send in it at most once. A
 * send answered before it was added never enters, so a backend that answers inside publish costs
 * nothing here. The lock is never held while a send completes.
 */
final class Outstanding {
  private final String address;
  private final Duration timeout;
  private final TimeSource time;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private @Nullable Tracked head;
  private @Nullable Tracked tail;
  private long nextSequence;
  private boolean armed;

  Outstanding(String address, Duration timeout, TimeSource time) {
    this.address = address;
    this.timeout = timeout;
    this.time = time;
  }

  /** Adds a send unless it was answered meanwhile. */
  void add(Tracked send) {
    boolean arm;
    lock.lock();
    try {
      send.tracked = true;
      if (send.linked || send.isDone()) {
        return;
      }
      link(send);
      arm = !armed;
      armed = true;
    } finally {
      lock.unlock();
    }
    if (arm) {
      time.schedule(timeout, this::sweep);
    }
  }

  private void link(Tracked send) {
    send.linked = true;
    send.sequence = nextSequence++;
    send.deadline = time.nanoTime() + timeout.toNanos();
    send.previous = tail;
    if (tail == null) {
      head = send;
    } else {
      tail.next = send;
    }
    tail = send;
  }

  /** Takes an answered send out. */
  void remove(Tracked send) {
    if (!send.tracked) {
      return;
    }
    lock.lock();
    try {
      if (!send.linked) {
        return;
      }
      send.linked = false;
      Tracked before = send.previous;
      Tracked after = send.next;
      if (before == null) {
        head = after;
      } else {
        before.next = after;
      }
      if (after == null) {
        tail = before;
      } else {
        after.previous = before;
      }
      send.previous = null;
      send.next = null;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until everything added before was answered. */
  void awaitAll() throws InterruptedException {
    lock.lock();
    try {
      long mark = nextSequence;
      while (head != null && head.sequence < mark) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until nothing is open, at most so long in real time; returns whether nothing is. */
  boolean awaitEmpty(Duration limit) throws InterruptedException {
    long nanos = Nanos.of(limit);
    lock.lock();
    try {
      while (head != null && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
      return head == null;
    } finally {
      lock.unlock();
    }
  }

  /** Ends everything that is still open. */
  void abandon(String reason) {
    for (Tracked send : collect(false)) {
      send.abandon("publish " + address + ": " + reason);
    }
  }

  private void sweep() {
    for (Tracked send : collect(true)) {
      send.abandon("publish " + address + ": no answer within " + timeout.toMillis() + " ms");
    }
    Duration wait;
    lock.lock();
    try {
      Tracked oldest = head;
      if (oldest == null) {
        armed = false;
        return;
      }
      wait = Duration.ofNanos(Math.max(oldest.deadline - time.nanoTime(), 0));
    } finally {
      lock.unlock();
    }
    time.schedule(wait, this::sweep);
  }

  private List<Tracked> collect(boolean overdueOnly) {
    List<Tracked> found = new ArrayList<>();
    lock.lock();
    try {
      long now = time.nanoTime();
      for (Tracked s = head; s != null && (!overdueOnly || s.deadline - now <= 0); s = s.next) {
        found.add(s);
      }
    } finally {
      lock.unlock();
    }
    return found;
  }
}
