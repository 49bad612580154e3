package dev.mq.examples.pipeline;

import static java.util.Objects.requireNonNullElse;

import dev.mq.api.ConsumeInterceptor;
import dev.mq.api.LogRecord;
import dev.mq.api.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Writes down every time a handler was called: by whom, for which order, and what became of it. The
 * demo judges itself by this. Thread-safe.
 */
final class Journal {
  private static final Duration TICK = Duration.ofMillis(25);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Entry> entries = new ArrayList<>();
  private final Map<String, Set<String>> done = new HashMap<>();

  /** One call of a handler. */
  static final class Entry {
    final String worker;
    final String order;
    final boolean redelivered;
    final int failures;
    volatile boolean done;

    Entry(String worker, String order, boolean redelivered, int failures) {
      this.worker = worker;
      this.order = order;
      this.redelivered = redelivered;
      this.failures = failures;
    }

    /** Returns the stage: the worker's name without its number. */
    String stage() {
      return worker.substring(0, worker.lastIndexOf('-'));
    }
  }

  /** Writes down that a member of a group was handed an event. */
  void read(String worker, LogRecord<Order> event) {
    Entry entry = new Entry(worker, event.body().id(), false, 0);
    begun(entry);
    done(entry);
  }

  /** Returns what writes down each task that a worker is handed, around its handler. */
  ConsumeInterceptor watch(String worker) {
    return (delivery, handler) -> {
      Entry entry =
          new Entry(
              worker, orderOf(delivery.message()), delivery.redelivered(), delivery.failures());
      begun(entry);
      handler.handle(delivery);
      done(entry);
    };
  }

  /** Returns the order a task is for. */
  static String orderOf(Message message) {
    return requireNonNullElse(message.key(), message.id());
  }

  List<Entry> entries() {
    return locked(() -> List.copyOf(entries));
  }

  /** Returns for how many orders a stage is done. */
  int done(String stage) {
    return locked(() -> done.getOrDefault(stage, Set.of()).size());
  }

  /** Returns whether the task that a killed worker held was done by another one. */
  boolean cameAgain(Crash.Victim victim) {
    return takenAfter(victim, entries()).stream().anyMatch(entry -> entry.done);
  }

  /**
   * Returns when others were handed the task that a killed worker held, after that worker was. They
   * may have been before, too, and failed.
   */
  static List<Entry> takenAfter(Crash.Victim victim, List<Entry> entries) {
    List<Entry> after = new ArrayList<>();
    boolean taken = false;
    for (Entry entry : entries) {
      if (entry.worker.equals(victim.worker()) && entry.order.equals(victim.order())) {
        taken = true;
        after.clear();
      } else if (taken && entry.stage().equals("email") && entry.order.equals(victim.order())) {
        after.add(entry);
      }
    }
    return after;
  }

  /**
   * Waits until a goal is reached.
   *
   * @param patience for how long nothing may happen before this gives up
   * @return whether it is reached
   */
  boolean await(BooleanSupplier goal, Duration patience) throws InterruptedException {
    int known = -1;
    long quietNanos = 0;
    lock.lock();
    try {
      while (!goal.getAsBoolean()) {
        if (entries.size() != known) {
          known = entries.size();
          quietNanos = 0;
        } else if (quietNanos > patience.toNanos()) {
          return false;
        }
        long left = changed.awaitNanos(TICK.toNanos());
        quietNanos += TICK.toNanos() - Math.max(left, 0);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void begun(Entry entry) {
    locked(
        () -> {
          entries.add(entry);
          changed.signalAll();
          return entry;
        });
  }

  private void done(Entry entry) {
    locked(
        () -> {
          entry.done = true;
          done.computeIfAbsent(entry.stage(), stage -> new HashSet<>()).add(entry.order);
          changed.signalAll();
          return entry;
        });
  }

  private <T> T locked(Supplier<T> body) {
    lock.lock();
    try {
      return body.get();
    } finally {
      lock.unlock();
    }
  }
}
