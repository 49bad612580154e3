package dev.mq.core.log;

import static java.util.Objects.requireNonNull;

import dev.mq.api.BrokerEvent;
import dev.mq.api.ClosedException;
import dev.mq.api.GroupConsumer;
import dev.mq.api.MqException;
import dev.mq.api.Positions;
import dev.mq.api.SettleResult;
import dev.mq.core.runtime.Child;
import dev.mq.core.runtime.Kernel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A running member of a group, as the program sees it. */
final class GroupConsumerImpl implements GroupConsumer, Child {
  /**
   * How long closing waits, beyond its timeout for handlers, for the backend to take commits and
   * let the member go.
   */
  private static final long LEAVE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Kernel kernel;
  private final GroupOptions options;
  private final GroupState state;
  private final Dispatcher dispatcher;
  private final Commits commits;
  private final Rebalance rebalance;
  private final CompletableFuture<@Nullable Void> terminated = new CompletableFuture<>();
  private final CountDownLatch done = new CountDownLatch(1);
  private @Nullable GroupLoop loop;
  private volatile @Nullable Thread thread;

  GroupConsumerImpl(
      Kernel kernel,
      GroupOptions options,
      GroupState state,
      Dispatcher dispatcher,
      Commits commits,
      Rebalance rebalance) {
    this.kernel = kernel;
    this.options = options;
    this.state = state;
    this.dispatcher = dispatcher;
    this.commits = commits;
    this.rebalance = rebalance;
  }

  /** Sets what polls. Called once, by the one who made it, before anybody else knows it. */
  void wire(GroupLoop polling) {
    loop = polling;
  }

  /** Starts polling. Called once, by the one who made it. */
  void start() {
    Thread t = kernel.threads("group-" + options.name()).newThread(requireNonNull(loop));
    thread = t;
    t.start();
  }

  @Override
  public String name() {
    return options.name();
  }

  @Override
  public String address() {
    return options.address();
  }

  @Override
  public String group() {
    return options.group();
  }

  @Override
  public Set<Integer> assigned() {
    return state.assigned();
  }

  @Override
  public void pause() {
    checkOpen("pause");
    dispatcher.pause(true);
  }

  @Override
  public void resume() {
    checkOpen("resume");
    dispatcher.pause(false);
  }

  @Override
  public boolean isPaused() {
    state.lock.lock();
    try {
      return state.paused;
    } finally {
      state.lock.unlock();
    }
  }

  @Override
  public CompletionStage<Void> commit(Positions positions) {
    requireNonNull(positions, "positions");
    return commits.ask(positions, onPollingThread());
  }

  @Override
  public CompletionStage<SettleResult> flush() {
    return commits.flush(onPollingThread());
  }

  @Override
  @SuppressWarnings("NullAway") // Void has no value but null
  public CompletionStage<Void> terminated() {
    return terminated.minimalCompletionStage();
  }

  @Override
  public void close() {
    close(options.closeTimeout());
  }

  @Override
  public boolean close(Duration timeout) {
    requireNonNull(timeout, "timeout");
    long nanos = Math.max(0, Commits.nanos(timeout));
    state.lock.lock();
    try {
      if (!state.closing) {
        state.closeNanos = nanos;
        dispatcher.halt();
      }
    } finally {
      state.lock.unlock();
    }
    state.wake();
    if (onPollingThread()) {
      return true; // inside a callback: the thread that would be waited for is this one
    }
    return dispatcher.isHandler() ? awaitOthers(nanos) : awaitEnd(nanos);
  }

  /** Waits for every handler but the one that calls. */
  private boolean awaitOthers(long nanos) {
    long left = nanos;
    boolean interrupted = false;
    state.lock.lock();
    try {
      while (state.running > 1 && left > 0 && !interrupted) {
        try {
          left = state.changed.awaitNanos(left);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      return state.running <= 1;
    } finally {
      state.lock.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean awaitEnd(long nanos) {
    boolean ended;
    try {
      long wait = nanos > Long.MAX_VALUE - LEAVE_NANOS ? Long.MAX_VALUE : nanos + LEAVE_NANOS;
      ended = done.await(wait, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      ended = false;
    }
    if (!ended) {
      // The backend hangs or the caller has no time: the polling thread ends when it can, without
      // further effect here.
      Thread t = thread;
      if (t != null) {
        t.interrupt();
      }
      ended();
    }
    state.lock.lock();
    try {
      return state.running == 0;
    } finally {
      state.lock.unlock();
    }
  }

  /**
   * Ends everything that may wait for this consumer. Called when the member has left, or has no
   * more time to; any thread.
   */
  void ended() {
    MqException error;
    state.lock.lock();
    try {
      if (state.over) {
        return;
      }
      state.over = true;
      commits.stop();
      error = state.ending;
    } finally {
      state.lock.unlock();
    }
    rebalance.dropAll();
    commits.finish();
    requireNonNull(loop).runTasks();
    kernel.release(this);
    if (error != null) {
      String text = options.who() + " ended: " + error.getMessage();
      kernel.event(BrokerEvent.Type.CONSUMER_ENDED, options.address(), text, error);
    }
    done.countDown();
    complete(error);
  }

  private void complete(@Nullable MqException error) {
    Runnable completion =
        error == null
            ? () -> terminated.complete(null)
            : () -> terminated.completeExceptionally(error);
    kernel.completions().execute(completion);
  }

  private boolean onPollingThread() {
    return Thread.currentThread() == thread;
  }

  private void checkOpen(String operation) {
    state.lock.lock();
    try {
      if (state.closing) {
        throw new ClosedException(
            operation + " " + options.address() + ": " + options.who() + " is closed");
      }
    } finally {
      state.lock.unlock();
    }
  }
}
