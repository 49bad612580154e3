package dev.mq.core.log;

import dev.mq.api.BrokerEvent;
import dev.mq.api.ErrorCode;
import dev.mq.api.Failure;
import dev.mq.api.MqException;
import dev.mq.core.runtime.Kernel;
import dev.mq.spi.TimeSource.Timer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Lets workers handle what partitions hold: each partition in one worker at a time, at most {@code
 * concurrency} workers. A worker goes on to the next partition by itself, so that under load no
 * record and no batch costs a hand-over between threads. Workers are started by the polling thread
 * only, because an executor of the program may run them in place.
 */
final class Dispatcher {
  /** After how many batches a worker makes room for others of its executor. */
  private static final int TURNS = 32;

  private static final int MANY_FAILURES = 10;
  private static final ThreadLocal<@Nullable Dispatcher> CURRENT = new ThreadLocal<>();

  private final Kernel kernel;
  private final GroupOptions options;
  private final GroupState state;
  private final Commits commits;
  private final DeadLetters deadLetters;
  private final RecordRunner runner;
  private final Runnable wake;
  private final ArrayDeque<Partition> ready = new ArrayDeque<>();
  private int workers;

  Dispatcher(
      Kernel kernel, GroupOptions options, GroupState state, Commits commits, RecordRunner runner) {
    this.kernel = kernel;
    this.options = options;
    this.state = state;
    this.commits = commits;
    this.runner = runner;
    this.wake = state::wake;
    this.deadLetters = new DeadLetters(kernel, options, state, this);
  }

  /** Returns whether the current thread is inside a handler of this consumer. */
  boolean isHandler() {
    return CURRENT.get() == this;
  }

  /** Queues a partition if it can run. With the lock. */
  void offer(Partition p) {
    if (p.runnable()) {
      p.queued = true;
      ready.add(p);
    }
  }

  /** Starts workers for what is ready. On the polling thread, without the lock. */
  void start() {
    int missing = 0;
    state.lock.lock();
    try {
      if (!state.paused && !state.closing) {
        missing = Math.min(ready.size(), options.concurrency() - workers);
        workers += missing;
      }
    } finally {
      state.lock.unlock();
    }
    for (; missing > 0; missing--) {
      try {
        options.executor().execute(this::work);
      } catch (RejectedExecutionException e) {
        noWorkers(missing, e);
        return;
      }
    }
  }

  private void noWorkers(int missing, RejectedExecutionException e) {
    state.lock.lock();
    try {
      workers -= missing;
    } finally {
      state.lock.unlock();
    }
    String text =
        "handle records of " + options.address() + ": the executor for handlers takes no tasks";
    end(new MqException(ErrorCode.CLOSED, text, e));
  }

  private void work() {
    Dispatcher outer = CURRENT.get();
    CURRENT.set(this);
    try {
      boolean more = true;
      for (int turn = 0; more && turn < TURNS; turn++) {
        more = turn();
      }
    } finally {
      if (outer == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(outer);
      }
      leave();
    }
  }

  private void leave() {
    boolean more;
    state.lock.lock();
    try {
      workers--;
      more = !ready.isEmpty() && !state.paused && !state.closing;
    } finally {
      state.lock.unlock();
    }
    if (more) {
      state.wake();
    }
  }

  /** Runs one partition as far as it goes; returns false when none is ready. */
  private boolean turn() {
    Partition p;
    Held held;
    long from;
    long to;
    long wakeAt;
    state.lock.lock();
    try {
      p = take();
      if (p == null) {
        return false;
      }
      held = p.held();
      from = p.next();
      to = p.retryTo > from ? p.retryTo : p.ledger.tail();
      wakeAt = p.ledger.tail() - options.batchSize() / 2;
      p.running = true;
      state.running++;
    } finally {
      state.lock.unlock();
    }
    Failed failed = runner.run(p, held, from, to, wakeAt, wake);
    Runnable then;
    boolean wakeUp;
    state.lock.lock();
    try {
      p.running = false;
      state.running--;
      state.changed.signalAll();
      then = p.dropped ? succeed(p) : ran(p, failed);
      wakeUp = p.dropped || p.sourcePaused || commits.mayGo();
    } finally {
      state.lock.unlock();
    }
    if (then != null) {
      then.run();
    }
    if (wakeUp) {
      state.wake();
    }
    return true;
  }

  private @Nullable Partition take() {
    if (state.paused || state.closing) {
      return null;
    }
    for (Partition p = ready.poll(); p != null; p = ready.poll()) {
      p.queued = false;
      if (p.runnable()) {
        return p;
      }
    }
    return null;
  }

  /**
   * The handler of a lost partition is done: the partition may be handled again if it came back.
   * With the lock.
   */
  private @Nullable Runnable succeed(Partition p) {
    Partition later = p.successor;
    if (later != null) {
      later.predecessor = null;
      p.successor = null;
      offer(later);
    }
    return null;
  }

  /** Takes over what a worker did. With the lock; returns what to do without it. */
  private @Nullable Runnable ran(Partition p, @Nullable Failed failed) {
    if (p.fold()) {
      commits.handledBatch();
    }
    if (failed == null || state.closing || p.revoking) {
      offer(p);
      return null;
    }
    return failed(p, failed);
  }

  private @Nullable Runnable failed(Partition p, Failed f) {
    Failure policy = options.failure();
    p.failures++;
    p.failed = f;
    if (f.decode()) {
      return policy.then() == Failure.Then.DEAD_LETTER ? deadLetter(p) : () -> stop(p, f);
    }
    if (policy.attempts() == 0 || p.failures < policy.attempts()) {
      return retry(p, f, policy);
    }
    return switch (policy.then()) {
      case SKIP -> skip(p, f);
      case DEAD_LETTER -> deadLetter(p);
      case RETRY_FOREVER -> retry(p, f, policy);
      case STOP -> () -> stop(p, f);
    };
  }

  private Runnable retry(Partition p, Failed f, Failure policy) {
    p.waiting = true;
    p.retryTo = f.to();
    Duration delay = policy.delayAfter(p.failures);
    String where = where(p, p.next());
    boolean tell = policy.attempts() == 0 && p.failures == MANY_FAILURES;
    return () -> {
      if (tell) {
        String text = where + " failed for the tenth time with " + name(f.error());
        kernel.event(BrokerEvent.Type.KEEPS_FAILING, options.address(), text, handlerError(p, f));
      }
      later(p, delay, () -> again(p));
    };
  }

  private Runnable skip(Partition p, Failed f) {
    String where = where(p, p.next());
    long count = f.to() - p.next();
    int failures = p.failures;
    passed(p, f.to());
    return () -> {
      String text =
          where
              + (count > 1 ? " and " + (count - 1) + " more" : "")
              + " skipped after failure "
              + failures;
      kernel.event(BrokerEvent.Type.DROPPED, options.address(), text, handlerError(p, f));
    };
  }

  private Runnable deadLetter(Partition p) {
    p.waiting = true;
    return () -> state.post(() -> deadLetters.publish(p));
  }

  /** Counts records as handled that were skipped or dead-lettered. With the lock. */
  void passed(Partition p, long to) {
    p.progress.set(to);
    p.fold();
    commits.handledBatch();
    offer(p);
  }

  /**
   * Runs something for a waiting partition after a delay, unless it was dropped. Without the lock.
   */
  void later(Partition p, Duration delay, Runnable task) {
    if (delay.isZero()) {
      task.run();
      return;
    }
    Timer timer =
        kernel
            .time()
            .schedule(
                delay, task); // never under the lock: a clock may hold one while it runs tasks
    boolean late;
    state.lock.lock();
    try {
      late = p.dropped || !p.waiting;
      p.timer = late ? null : timer;
    } finally {
      state.lock.unlock();
    }
    if (late) {
      timer.cancel();
    }
  }

  private void again(Partition p) {
    state.lock.lock();
    try {
      p.waiting = false;
      p.timer = null;
      offer(p);
    } finally {
      state.lock.unlock();
    }
    state.wake();
  }

  private void stop(Partition p, Failed f) {
    end(handlerError(p, f));
  }

  /** Ends the consumer with an error; the first one counts. Without the lock. */
  void end(MqException error) {
    state.lock.lock();
    try {
      if (!state.closing) {
        state.ending = error;
        halt();
      }
    } finally {
      state.lock.unlock();
    }
    state.wake();
  }

  /** Keeps every handler from starting, for ever. With the lock. */
  void halt() {
    state.closing = true;
    for (Partition p : state.owned()) {
      p.stop = true;
    }
    ready.clear();
    state.changed.signalAll();
  }

  /** Stops or continues handing out. Without the lock. */
  void pause(boolean on) {
    state.lock.lock();
    try {
      state.paused = on;
      for (Partition p : state.owned()) {
        p.stop = on || state.closing || p.revoking || p.dropped;
      }
    } finally {
      state.lock.unlock();
    }
    if (!on) {
      state.wake();
    }
  }

  /** Stops handing out records of partitions that are given up. With the lock. */
  void revoke(Collection<Partition> partitions) {
    for (Partition p : partitions) {
      p.revoking = true;
      p.stop = true;
    }
  }

  MqException handlerError(Partition p, Failed f) {
    if (f.error() instanceof MqException mq) {
      return mq;
    }
    String text =
        "handle record of " + options.address() + " partition " + p.number + ": " + name(f.error());
    return new MqException(ErrorCode.HANDLER_FAILED, false, false, text, f.error());
  }

  /** Names an error without its text, which may hold what the record held. */
  static String name(Throwable error) {
    return error.getClass().getName();
  }

  /** Says which record this is about. With the lock. */
  String where(Partition p, long sequence) {
    return "record "
        + p.number
        + "/"
        + p.held().offset(sequence)
        + " of "
        + options.address()
        + " in group '"
        + options.group()
        + "'";
  }
}
