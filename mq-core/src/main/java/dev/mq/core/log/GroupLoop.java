package dev.mq.core.log;

import dev.mq.api.BrokerEvent;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.core.runtime.Kernel;
import dev.mq.spi.GroupMember;
import dev.mq.spi.RecordBatch;
import dev.mq.spi.TimeSource.Timer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The polling thread of one group member: receives, keeps partitions within their bound, starts
 * workers, sends commits, and leaves the group at the end. Everything the backend asks of one
 * thread at a time happens here.
 *
 * <p>A partition holds at most {@code batchSize} records. Its source is paused while it holds more
 * than half of that; as long as any partition that may receive holds something, only the other half
 * is asked for. So a partition with a busy handler gets its next records in time.
 */
final class GroupLoop implements Runnable {
  private static final long POLL_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final Duration FIRST_RETRY = Duration.ofMillis(100);
  private static final int MAX_DOUBLINGS = 6;

  private final Kernel kernel;
  private final GroupOptions options;
  private final GroupState state;
  private final GroupMember member;
  private final Dispatcher dispatcher;
  private final Commits commits;
  private final Runnable ended;
  private final int low;
  private final RecordBatch full;
  private final RecordBatch half;
  private int failuresInARow;

  GroupLoop(
      Kernel kernel,
      GroupOptions options,
      GroupState state,
      GroupMember member,
      Dispatcher dispatcher,
      Commits commits,
      Runnable ended) {
    this.kernel = kernel;
    this.options = options;
    this.state = state;
    this.member = member;
    this.dispatcher = dispatcher;
    this.commits = commits;
    this.ended = ended;
    this.low = options.batchSize() / 2;
    this.full = new RecordBatch(options.batchSize());
    this.half = new RecordBatch(leastRoom(options));
  }

  /** Returns for how many records each poll has room. */
  static int leastRoom(GroupOptions options) {
    return options.batchSize() - options.batchSize() / 2;
  }

  @Override
  public void run() {
    try {
      while (!isClosing()) {
        round();
      }
    } catch (RuntimeException | Error e) {
      dispatcher.end(
          new MqException(ErrorCode.INTERNAL, false, false, options.who() + ": " + e, e));
    } finally {
      leave();
    }
  }

  private void round() {
    state.awake();
    runTasks();
    commits.service();
    RecordBatch batch = admit();
    try {
      int n = member.poll(batch, POLL_NANOS);
      failuresInARow = 0;
      if (n > 0) {
        take(batch);
        batch.clear();
      }
    } catch (InterruptedException e) {
      // Only closing interrupts this thread, and that is looked at next.
    } catch (RuntimeException e) {
      batch.clear();
      failed(kernel.wrap(e, "receive from", options.address()));
    }
    dispatcher.start();
  }

  private void failed(MqException e) {
    if (!e.isRetryable()) {
      dispatcher.end(e);
      return;
    }
    Duration delay = FIRST_RETRY.multipliedBy(1L << Math.min(failuresInARow++, MAX_DOUBLINGS));
    boolean[] over = {false};
    Timer timer = kernel.time().schedule(delay, () -> state.post(() -> over[0] = true));
    await(Long.MAX_VALUE, () -> !over[0] && !state.closing);
    timer.cancel();
  }

  /** Pauses and resumes partitions by what they hold; returns the batch to receive into. */
  private RecordBatch admit() {
    boolean empty = true;
    List<Partition> owned = owned();
    for (Partition p : owned) {
      int unhandled = p.unhandled();
      if (unhandled > low) {
        if (!p.sourcePaused) {
          p.sourcePaused = true;
          member.pause(p.number);
        }
      } else {
        if (p.sourcePaused) {
          p.sourcePaused = false;
          member.resume(p.number);
        }
        empty &= unhandled == 0;
      }
    }
    return empty ? full : half;
  }

  private void take(RecordBatch batch) {
    state.lock.lock();
    try {
      Partition p = null;
      for (int i = 0; i < batch.size(); i++) {
        int number = batch.partition(i);
        if (p == null || p.number != number) {
          if (p != null) {
            dispatcher.offer(p);
          }
          p = state.owned(number);
        }
        if (p != null) {
          p.add(batch.offset(i), batch.timestampMillis(i), batch.message(i));
        }
      }
      if (p != null) {
        dispatcher.offer(p);
      }
    } finally {
      state.lock.unlock();
    }
  }

  private List<Partition> owned() {
    state.lock.lock();
    try {
      return state.owned();
    } finally {
      state.lock.unlock();
    }
  }

  private boolean isClosing() {
    state.lock.lock();
    try {
      return state.closing;
    } finally {
      state.lock.unlock();
    }
  }

  void runTasks() {
    while (true) {
      Runnable task;
      state.lock.lock();
      try {
        task = state.nextTask();
      } finally {
        state.lock.unlock();
      }
      if (task == null) {
        return;
      }
      task.run();
    }
  }

  /**
   * Waits until partitions are not busy, at most for a time; commits of handlers go on meanwhile.
   */
  boolean awaitQuiet(Collection<Partition> partitions, long nanos) {
    return await(nanos, () -> GroupState.busy(partitions));
  }

  /** Waits while a condition, looked at with the lock, holds. Interrupts are kept for later. */
  private boolean await(long nanos, Condition condition) {
    long left = nanos;
    boolean interrupted = false;
    while (true) {
      runTasks();
      commits.sendQueued();
      state.lock.lock();
      try {
        if (!condition.holds() || left <= 0) {
          break;
        }
        if (!state.hasTasks() && !commits.hasQueued()) {
          left = state.changed.awaitNanos(left);
        }
      } catch (InterruptedException e) {
        interrupted = true;
        break;
      } finally {
        state.lock.unlock();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    state.lock.lock();
    try {
      return !condition.holds();
    } finally {
      state.lock.unlock();
    }
  }

  /** Something to wait for. */
  private interface Condition {
    boolean holds();
  }

  private void leave() {
    Thread.interrupted();
    List<Partition> owned = owned();
    long nanos = closeNanos();
    awaitQuiet(owned, nanos);
    left();
    try {
      member.close();
    } catch (RuntimeException e) {
      MqException error = kernel.wrap(e, "leave group of", options.address());
      kernel.event(
          BrokerEvent.Type.CALLBACK_FAILED,
          options.address(),
          options.who() + ": leaving failed",
          error);
    } finally {
      ended.run();
    }
  }

  /** Returns how long handlers are waited for. */
  long closeNanos() {
    state.lock.lock();
    try {
      return state.closing ? state.closeNanos : Commits.nanos(options.closeTimeout());
    } finally {
      state.lock.unlock();
    }
  }

  /** From now on nobody waits for handlers: their time is up. */
  private void left() {
    state.lock.lock();
    try {
      state.closeNanos = 0;
    } finally {
      state.lock.unlock();
    }
  }
}
