package dev.mq.core.topology;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.core.produce.Route.ViewCallback;
import dev.mq.core.routing.Outcome;
import dev.mq.core.routing.QueueNode;
import dev.mq.core.routing.TopologyCodec;
import dev.mq.core.routing.TopologyCommand;
import dev.mq.core.routing.TopologyState;
import dev.mq.spi.TopologyLog;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * This process's copy of the topology: follows the log, applies commands in order, and knows how
 * far it has come. Thread-safe.
 *
 * <p>Invariants: {@code applied} is the offset below which everything was applied; it only grows,
 * and is written after the state. At most one read of the end is open; all who ask meanwhile wait
 * for the next one, because the open one may have been answered by the log before they asked.
 * Whoever waits is in {@code asking}, {@code served} by the open read, {@code waiting} for what
 * that told, or in {@code authored}; once {@code broken} is set all of them are told, and nobody
 * joins them.
 */
final class TopologyReplica implements TopologyLog.Follower {
  private static final long PATIENCE_SECONDS = 30;

  private final TopologyLog log;
  private final TopologyState state = new TopologyState();
  private final Consumer<QueueNode> whenDeleted;
  private final TopologyLog.Subscription subscription;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<UUID, CompletableFuture<Outcome>> authored = new HashMap<>();
  private final List<ViewCallback> asking = new ArrayList<>();
  private final List<ViewCallback> served = new ArrayList<>();
  private final List<Waiter> waiting = new ArrayList<>();
  private boolean reading;
  private volatile long applied;
  private volatile @Nullable MqException broken;

  private record Waiter(long until, ViewCallback callback) {}

  /**
   * Follows a log and waits until it has seen all that is in it.
   *
   * @param whenDeleted told of each queue that was deleted by anybody; must not block
   */
  TopologyReplica(TopologyLog log, Consumer<QueueNode> whenDeleted) {
    this.log = log;
    this.whenDeleted = whenDeleted;
    this.subscription = log.follow(this);
    refresh();
  }

  TopologyState state() {
    return state;
  }

  /** Appends a command and waits until it was applied here; returns what it did. */
  Outcome execute(TopologyCommand command) {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    lock.lock();
    try {
      MqException unreadable = broken;
      if (unreadable != null) {
        throw unreadable;
      }
      authored.put(command.id(), outcome);
    } finally {
      lock.unlock();
    }
    try {
      log.append(TopologyCodec.encode(command));
      return await(outcome);
    } finally {
      lock.lock();
      try {
        authored.remove(command.id());
      } finally {
        lock.unlock();
      }
    }
  }

  /** Waits until everything confirmed anywhere before this call is applied here. */
  void refresh() {
    CompletableFuture<Boolean> fresh = new CompletableFuture<>();
    whenCurrent(
        failure -> {
          if (failure == null) {
            fresh.complete(true);
          } else {
            fresh.completeExceptionally(failure);
          }
        });
    await(fresh);
  }

  private static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MqException(
          ErrorCode.INTERRUPTED, false, true, "topology: interrupted while waiting", e);
    } catch (TimeoutException e) {
      throw new MqException(
          ErrorCode.OUTCOME_UNKNOWN,
          false,
          true,
          "topology: not confirmed within " + PATIENCE_SECONDS + " s",
          e);
    } catch (java.util.concurrent.ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new CompletionException(e.getCause());
    }
  }

  /**
   * Returns whether everything confirmed anywhere before this call is applied here, as far as that
   * is known without I/O.
   */
  boolean isCurrent() {
    if (broken != null) {
      return false;
    }
    long end = log.endNow();
    return end >= 0 && applied >= end;
  }

  /** Calls back when everything confirmed anywhere before this call is applied here. */
  void whenCurrent(ViewCallback callback) {
    long end = broken == null ? log.endNow() : -1;
    if (end >= 0) {
      whenApplied(end, callback);
      return;
    }
    MqException unreadable;
    boolean read = false;
    lock.lock();
    try {
      unreadable = broken;
      if (unreadable == null) {
        asking.add(callback);
        read = !reading;
        reading = true;
      }
    } finally {
      lock.unlock();
    }
    if (unreadable != null) {
      callback.reached(unreadable);
    } else if (read) {
      readEnd();
    }
  }

  private void readEnd() {
    lock.lock();
    try {
      served.addAll(asking);
      asking.clear();
    } finally {
      lock.unlock();
    }
    log.readEnd(
        new TopologyLog.EndCallback() {
          @Override
          public void end(long offset) {
            takeServed().forEach(c -> whenApplied(offset, c));
            readAgain();
          }

          @Override
          public void failed(Throwable error) {
            takeServed().forEach(c -> c.reached(error));
            readAgain();
          }
        });
  }

  private List<ViewCallback> takeServed() {
    lock.lock();
    try {
      List<ViewCallback> all = List.copyOf(served);
      served.clear();
      return all;
    } finally {
      lock.unlock();
    }
  }

  private void readAgain() {
    lock.lock();
    try {
      if (asking.isEmpty()) {
        reading = false;
        return;
      }
    } finally {
      lock.unlock();
    }
    readEnd();
  }

  private void whenApplied(long end, ViewCallback callback) {
    MqException unreadable;
    lock.lock();
    try {
      unreadable = broken;
      if (unreadable == null && applied < end) {
        waiting.add(new Waiter(end, callback));
        return;
      }
    } finally {
      lock.unlock();
    }
    callback.reached(unreadable);
  }

  @Override
  public void command(long offset, byte[] bytes) {
    TopologyCommand command;
    try {
      command = TopologyCodec.decode(bytes);
    } catch (MqException e) {
      fail(e);
      return;
    }
    QueueNode leaving =
        command instanceof TopologyCommand.DeleteQueue d ? state.queue(d.name()) : null;
    Outcome outcome = state.apply(offset, command);
    if (leaving != null && state.queue(leaving.name()) != leaving) {
      whenDeleted.accept(leaving);
    }
    CompletableFuture<Outcome> author;
    lock.lock();
    try {
      author = authored.get(command.id());
    } finally {
      lock.unlock();
    }
    reached(offset + 1);
    if (author != null) {
      author.complete(outcome);
    }
  }

  @Override
  public void reached(long offset) {
    if (broken != null) {
      return;
    }
    List<ViewCallback> due = new ArrayList<>();
    lock.lock();
    try {
      applied = Math.max(applied, offset);
      waiting.removeIf(
          w -> {
            boolean isDue = w.until() <= applied;
            if (isDue) {
              due.add(w.callback());
            }
            return isDue;
          });
    } finally {
      lock.unlock();
    }
    due.forEach(c -> c.reached(null));
  }

  /**
   * A command this version cannot read: nothing may be routed any more, since it could be a
   * binding.
   */
  private void fail(MqException error) {
    List<ViewCallback> due = new ArrayList<>();
    lock.lock();
    try {
      broken = error;
      waiting.forEach(w -> due.add(w.callback()));
      waiting.clear();
      due.addAll(served);
      served.clear();
      due.addAll(asking);
      asking.clear();
      authored.values().forEach(f -> f.completeExceptionally(error));
    } finally {
      lock.unlock();
    }
    due.forEach(c -> c.reached(error));
  }

  void close() {
    subscription.close();
    fail(new MqException(ErrorCode.CLOSED, "topology: broker is closed"));
  }
}
