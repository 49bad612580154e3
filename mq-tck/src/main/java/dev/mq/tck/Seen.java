package dev.mq.tck;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * What a test has seen so far, in order, and the place to wait for more of it. Thread-safe.
 *
 * <p>Whoever waits is woken by what is added; the deadline only ends a wait in vain, with
 * everything seen in the message.
 */
final class Seen<T> {
  private static final int SHOWN = 50;

  private final String what;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition added = lock.newCondition();
  private final List<T> all = new ArrayList<>();

  Seen(String what) {
    this.what = what;
  }

  void add(T one) {
    lock.lock();
    try {
      all.add(one);
      added.signalAll();
    } finally {
      lock.unlock();
    }
  }

  List<T> all() {
    lock.lock();
    try {
      return List.copyOf(all);
    } finally {
      lock.unlock();
    }
  }

  int count() {
    lock.lock();
    try {
      return all.size();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until at least this many are there and returns all of them. */
  List<T> await(int count) {
    return awaitThat(count + " of them", list -> list.size() >= count);
  }

  /** Waits until one of them is as wanted. */
  List<T> awaitAny(String wanted, Predicate<? super T> one) {
    return awaitThat(wanted, list -> list.stream().anyMatch(one));
  }

  /** Waits until all together are as wanted. */
  List<T> awaitThat(String wanted, Predicate<List<T>> done) {
    Timing.Deadline deadline = new Timing.Deadline();
    lock.lock();
    try {
      while (!done.test(all)) {
        if (deadline.isOver()) {
          throw new AssertionError(
              "%s: waited %s in vain for %s, saw %d: %s"
                  .formatted(what, Timing.patience(), wanted, all.size(), end()));
        }
        added.await(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
      }
      return List.copyOf(all);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(
          "%s: interrupted while waiting for %s, saw %s".formatted(what, wanted, all), e);
    } finally {
      lock.unlock();
    }
  }

  /** Returns what came last, enough to see what was going on. */
  private String end() {
    int from = Math.max(0, all.size() - SHOWN);
    return (from == 0 ? "" : "... ") + all.subList(from, all.size());
  }

  @Override
  public String toString() {
    return all().toString();
  }
}
