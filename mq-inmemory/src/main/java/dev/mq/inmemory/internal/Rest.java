package dev.mq.inmemory.internal;

import dev.mq.inmemory.internal.log.Group;
import dev.mq.inmemory.internal.log.MemoryLog;
import dev.mq.inmemory.internal.queue.MemoryQueue;
import dev.mq.inmemory.internal.sync.Activity;
import dev.mq.inmemory.internal.sync.RealTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Knows whether consumers and groups have something to do, and waits until they have not.
 *
 * <p>Before the clock moves the engine comes to rest: programs then have done at each moment what
 * they do at that moment, and timers they start count from it. Work that does not end (a handler
 * that waits for something the clock must bring) must not hold the clock for ever: when nothing has
 * happened for a while, as much as is unfinished then is not waited for again. That while is
 * counted in short waits instead of by a clock: when the machine stands still and nobody has a
 * turn, only one of them is over.
 */
public final class Rest {
  private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** In how many slices in a row nothing happens before what is unfinished counts as stuck. */
  private static final int PATIENCE = 20;

  private final Engine engine;
  private final Waits waits;
  private volatile long stuck;

  Rest(Engine engine) {
    this(engine, engine.activity()::awaitChange);
  }

  Rest(Engine engine, Waits waits) {
    this.engine = engine;
    this.waits = waits;
  }

  /** How it waits for something to happen: see {@link Activity#awaitChange}. */
  interface Waits {
    boolean awaitChange(long seen, long nanos) throws InterruptedException;
  }

  /** Waits until nothing is unfinished, or nothing happens any more. */
  void beforeTimeMoves() {
    Activity activity = engine.activity();
    activity.watch();
    try {
      int quiet = 0;
      while (true) {
        long seen = activity.version();
        long unfinished = unfinished() + busyMembers();
        if (unfinished <= stuck && activity.version() == seen) {
          stuck = unfinished;
          return;
        }
        quiet = waits.awaitChange(seen, SLICE_NANOS) ? 0 : quiet + 1;
        if (quiet == PATIENCE) {
          stuck = unfinished;
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      activity.unwatch();
    }
  }

  /**
   * Waits until nothing is unfinished.
   *
   * @return what is unfinished when the time is over, for people; empty at rest
   */
  public String await(Duration timeout) throws InterruptedException {
    Activity activity = engine.activity();
    long deadline = RealTime.nanoTime() + timeout.toNanos();
    activity.watch();
    try {
      while (true) {
        long seen = activity.version();
        if (unfinished() == 0 && activity.version() == seen) {
          return "";
        }
        long left = deadline - RealTime.nanoTime();
        if (left <= 0 || !activity.awaitChange(seen, left)) {
          String text = describe();
          if (!text.isEmpty()) {
            return text;
          }
        }
      }
    } finally {
      activity.unwatch();
    }
  }

  private long unfinished() {
    long n = 0;
    for (MemoryQueue q : engine.queues()) {
      n += q.unfinished();
    }
    for (MemoryLog l : engine.allLogs()) {
      for (Group g : l.groups()) {
        n += g.unfinished();
      }
    }
    return n;
  }

  private long busyMembers() {
    long n = 0;
    for (MemoryLog l : engine.allLogs()) {
      for (Group g : l.groups()) {
        n += g.busyMembers();
      }
    }
    return n;
  }

  private String describe() {
    List<String> parts = new ArrayList<>();
    for (MemoryQueue q : engine.queues()) {
      long n = q.unfinished();
      if (n > 0) {
        int held = q.inHand().size();
        parts.add(
            "queue '"
                + q.name()
                + "' has "
                + held
                + " messages in hand and "
                + (n - held)
                + " that its consumers could take");
      }
    }
    for (MemoryLog l : engine.allLogs()) {
      for (Group g : l.groups()) {
        if (g.unfinished() > 0) {
          parts.add(
              "group '"
                  + g.name()
                  + "' of log '"
                  + l.name()
                  + "' has "
                  + g.unfinished()
                  + " records or partitions to go");
        }
      }
    }
    return String.join("; ", parts);
  }
}
