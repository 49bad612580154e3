package dev.mq.inmemory.internal;

import dev.mq.inmemory.internal.sync.Activity;
import java.util.concurrent.TimeUnit;

/**
 * Lets the engine come to rest before its clock moves: programs then have done at each moment what they do at that moment, and
 * timers they start count from it.
 *
 * <p>Work that does not end (a handler that waits for something the clock must bring) must not hold the clock for ever: when
 * nothing has happened for a while, what is unfinished then is not waited for again.
 */
final class Rest {
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final Engine engine;
  private long stuck;

  Rest(Engine engine) {
    this.engine = engine;
  }

  /** Waits until nothing is unfinished, or nothing happens any more. */
  void beforeTimeMoves() {
    Activity activity = engine.activity();
    activity.watch();
    try {
      while (true) {
        long seen = activity.version();
        long unfinished = engine.unfinished() + engine.busyMembers();
        if (unfinished <= stuck && activity.version() == seen) {
          stuck = unfinished;
          return;
        }
        if (!activity.awaitChange(seen, PATIENCE_NANOS)) {
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
}
