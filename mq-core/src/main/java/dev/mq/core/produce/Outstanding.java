package dev.mq.core.produce;

import dev.mq.core.runtime.Nanos;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The sends of one producer that have no answer yet, oldest first: what flush waits for and what
 * the delivery timeout ends. Thread-safe.
 *
 * <p>Invariants: a list in the order of {@link #add}, each send in it at most once. A send answered
 * before it was added never enters, so a backend that answers inside publish costs nothing here.
 * Who answers takes no lock, so that senders and the backend's threads do not wait for each other:
 * an answered send stays in the list until somebody comes past it. Adding looks at the oldest, and
 * at the whole list whenever that has doubled, in sends or in bytes: it is at most twice as large
 * as it would have to be at its largest, and a little. A waiter announces itself before it looks at
 * the list, who answers marks the send before it looks for waiters: one of the two sees the other.
 * The lock is never held while a send completes.
 */
final class Outstanding {
  /** A list this short is looked at by its oldest only. */
  private static final int SHORT = 16;

  private static final long SMALL = 1 << 20;

  private final String address;
  private final Duration timeout;
  private final TimeSource time;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final AtomicInteger waiters = new AtomicInteger();
  private @Nullable Tracked head;
  private @Nullable Tracked tail;
  private int size;
  private int tidyAt = SHORT;
  private long bytes;
  private long tidyAtBytes = SMALL;
  private long nextSequence;
  private boolean armed;

  Outstanding(String address, Duration timeout, TimeSource time) {
    this.address = address;
    this.timeout = timeout;
    this.time = time;
  }

  /** Adds a send, once, unless it was answered meanwhile. */
  void add(Tracked send) {
    if (send.isTold()) {
      return;
    }
    boolean arm;
    lock.lock();
    try {
      link(send);
      dropAnswered();
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
    send.sequence = nextSequence++;
    send.deadline = time.nanoTime() + timeout.toNanos();
    if (tail == null) {
      head = send;
    } else {
      tail.next = send;
    }
    tail = send;
    size++;
    bytes += send.bytes();
  }

  /**
   * Takes the answered ones before the oldest open one out; all of them when the list has grown.
   */
  private void dropAnswered() {
    Tracked oldest = head;
    while (oldest != null && oldest.isTold()) {
      oldest = after(oldest);
    }
    head = oldest;
    if (oldest == null) {
      tail = null;
      tidyAt = SHORT;
      tidyAtBytes = SMALL;
    } else if (size >= tidyAt || bytes >= tidyAtBytes) {
      dropAnsweredBehind(oldest);
      tidyAt = Math.max(SHORT, size * 2);
      tidyAtBytes = Math.max(SMALL, bytes * 2);
    }
  }

  private void dropAnsweredBehind(Tracked first) {
    Tracked last = first;
    Tracked s = first.next;
    while (s != null) {
      if (s.isTold()) {
        s = after(s);
      } else {
        last.next = s;
        last = s;
        s = s.next;
      }
    }
    last.next = null;
    tail = last;
  }

  /** Takes one out and returns the one behind it. */
  private @Nullable Tracked after(Tracked gone) {
    Tracked next = gone.next;
    gone.next = null; // so that an old one does not keep later ones alive
    size--;
    bytes -= gone.bytes();
    return next;
  }

  /**
   * Called when a send was answered and its sender told. From any thread.
   *
   * @param last whether nothing else seems to be open
   */
  void answered(boolean last) {
    if (waiters.get() > 0) {
      lock.lock();
      try {
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    } else if (last && lock.tryLock()) {
      // No send comes past it soon, perhaps.
      try {
        dropAnswered();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Returns whether everything added was answered. */
  boolean isEmpty() {
    lock.lock();
    try {
      dropAnswered();
      return head == null;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until everything added before was answered. */
  void awaitAll() throws InterruptedException {
    lock.lock();
    waiters.incrementAndGet();
    try {
      long mark = nextSequence;
      while (isOpenBefore(mark)) {
        changed.await();
      }
    } finally {
      waiters.decrementAndGet();
      lock.unlock();
    }
  }

  /** Waits until nothing is open, at most so long in real time; returns whether nothing is. */
  boolean awaitEmpty(Duration limit) throws InterruptedException {
    long nanos = Nanos.of(limit);
    lock.lock();
    waiters.incrementAndGet();
    try {
      while (isOpenBefore(Long.MAX_VALUE) && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
      return head == null;
    } finally {
      waiters.decrementAndGet();
      lock.unlock();
    }
  }

  private boolean isOpenBefore(long mark) {
    dropAnswered();
    return head != null && head.sequence < mark;
  }

  /** Ends everything that is still open. */
  void abandon(String reason) {
    for (Tracked send : collect(deadline -> true)) {
      send.abandon("publish " + address + ": " + reason);
    }
  }

  private void sweep() {
    long now = time.nanoTime();
    for (Tracked send : collect(deadline -> deadline - now <= 0)) {
      send.abandon("publish " + address + ": no answer within " + timeout.toMillis() + " ms");
    }
    Duration wait;
    lock.lock();
    try {
      dropAnswered();
      Tracked due = head;
      while (due != null && due.deadline - now <= 0) {
        due = due.next; // it was ended above; its sender is being told
      }
      if (due == null) {
        armed = false;
        return;
      }
      wait = Duration.ofNanos(Math.max(due.deadline - time.nanoTime(), 0));
    } finally {
      lock.unlock();
    }
    time.schedule(wait, this::sweep);
  }

  /** Returns the open ones up to the first with another deadline. */
  private List<Tracked> collect(LongPredicate deadlines) {
    List<Tracked> found = new ArrayList<>();
    lock.lock();
    try {
      for (Tracked s = head; s != null && deadlines.test(s.deadline); s = s.next) {
        if (!s.isTold()) {
          found.add(s);
        }
      }
    } finally {
      lock.unlock();
    }
    return found;
  }
}
