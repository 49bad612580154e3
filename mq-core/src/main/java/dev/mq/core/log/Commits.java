package dev.mq.core.log;

import dev.mq.api.BrokerEvent;
import dev.mq.api.ClosedException;
import dev.mq.api.CommitMode;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.Positions;
import dev.mq.api.SettleResult;
import dev.mq.core.log.Commit.Flush;
import dev.mq.core.runtime.Kernel;
import dev.mq.spi.GroupMember;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Commits what was handled, and what the program asks for. Everything is sent by the polling
 * thread, in order; of its own commits one is open at a time, so that under load a commit covers
 * many batches. A commit that fails is sent again with the next one, as the position is then. A
 * position never goes back by itself.
 */
final class Commits {
  private static final Duration FIRST_RETRY = Duration.ofMillis(200);
  private static final int MAX_DOUBLINGS = 6;

  private final Kernel kernel;
  private final GroupOptions options;
  private final GroupState state;
  private final ArrayDeque<Commit> queued = new ArrayDeque<>();
  private final Set<Commit> open = new LinkedHashSet<>();
  private @Nullable GroupMember member;
  private int ownOpen;
  private boolean due;
  private boolean armed;
  private boolean finished;
  private int failuresInARow;

  Commits(Kernel kernel, GroupOptions options, GroupState state) {
    this.kernel = kernel;
    this.options = options;
    this.state = state;
  }

  /** Sets the member to commit through. Called once, before anything else happens. */
  void member(GroupMember joined) {
    member = joined;
  }

  /** A batch was handled. With the lock. */
  void handledBatch() {
    due |= options.afterBatch();
  }

  /** Returns whether {@link #service} would send something. With the lock. */
  boolean mayGo() {
    return due && ownOpen == 0;
  }

  /** Queues a commit of the program; from any thread. */
  CompletionStage<Void> ask(Positions positions, boolean onPollingThread) {
    CompletableFuture<@Nullable Void> stage = new CompletableFuture<>();
    Commit c = new Commit(positions, stage);
    state.lock.lock();
    try {
      if (finished) {
        return CompletableFuture.failedStage(closed("commit"));
      }
      if (positions.offsets().isEmpty()) {
        return CompletableFuture.completedStage(null);
      }
      queued.add(c);
      state.changed.signalAll();
    } finally {
      state.lock.unlock();
    }
    if (onPollingThread) {
      sendQueued();
    } else {
      state.wake();
    }
    return done(stage);
  }

  @SuppressWarnings("NullAway") // Void has no value but null
  private static CompletionStage<Void> done(CompletableFuture<@Nullable Void> stage) {
    return stage.minimalCompletionStage();
  }

  /** Commits what was handled and waits for the answers of all that is open; from any thread. */
  CompletionStage<SettleResult> flush(boolean onPollingThread) {
    Flush flush = new Flush();
    state.lock.lock();
    try {
      if (finished) {
        return CompletableFuture.failedStage(closed("flush"));
      }
    } finally {
      state.lock.unlock();
    }
    if (onPollingThread || !state.post(() -> flush(flush))) {
      flush(flush);
    }
    return flush.stage.minimalCompletionStage();
  }

  private void flush(Flush flush) {
    sendQueued();
    if (!options.manual()) {
      sendOwn(null);
    }
    state.lock.lock();
    try {
      if (finished) {
        // What was handled may not have been sent, and what was open has lost its answer.
        flush.worst = SettleResult.UNKNOWN;
      }
      for (Commit c : open) {
        c.flushes.add(flush);
        flush.open++;
      }
      if (flush.open > 0) {
        return;
      }
    } finally {
      state.lock.unlock();
    }
    kernel.completions().execute(() -> flush.stage.complete(flush.worst));
  }

  /** Sends what is to be sent. On the polling thread, without the lock. */
  void service() {
    sendQueued();
    boolean go;
    boolean arm = false;
    state.lock.lock();
    try {
      go = mayGo();
      if (!armed && options.commit() instanceof CommitMode.Every && somethingToCome()) {
        armed = true;
        arm = true;
      }
    } finally {
      state.lock.unlock();
    }
    if (go) {
      sendOwn(null);
    }
    if (arm && options.commit() instanceof CommitMode.Every every) {
      kernel.time().schedule(every.interval(), () -> becomeDue(true));
    }
  }

  private boolean somethingToCome() {
    for (Partition p : state.owned()) {
      if (p.unhandled() > 0 || p.unsent() != CommitLedger.NONE) {
        return true;
      }
    }
    return false;
  }

  private void becomeDue(boolean interval) {
    state.lock.lock();
    try {
      due = true;
      armed &= !interval;
    } finally {
      state.lock.unlock();
    }
    state.wake();
  }

  /** Sends commits of the program. On the polling thread, without the lock. */
  void sendQueued() {
    while (true) {
      Commit c;
      boolean owned;
      state.lock.lock();
      try {
        c = queued.poll();
        if (c == null) {
          return;
        }
        owned = !finished && prepare(c);
      } finally {
        state.lock.unlock();
      }
      if (owned) {
        send(c);
      } else {
        answered(c, fenced(c));
      }
    }
  }

  /** Returns whether commits of the program wait to be sent. With the lock. */
  boolean hasQueued() {
    return !queued.isEmpty();
  }

  private boolean prepare(Commit c) {
    List<Partition> partitions = new ArrayList<>();
    for (int number : c.positions.offsets().keySet()) {
      Partition p = state.owned(number);
      if (p == null) {
        return false;
      }
      partitions.add(p);
    }
    c.partitions = partitions;
    for (Partition p : partitions) {
      p.fold();
      p.asked = c.position(p);
      p.sent = Math.max(p.sent, p.ledger.position());
      p.confirmed = Math.max(p.confirmed, p.ledger.position());
    }
    open.add(c);
    return true;
  }

  /**
   * Sends the positions of what was handled, if that is news; the last ones of partitions that are
   * given up, or of all.
   */
  private @Nullable Commit sendOwn(@Nullable Collection<Partition> last) {
    Commit c;
    state.lock.lock();
    try {
      due = false;
      Map<Integer, Long> positions = new TreeMap<>();
      List<Partition> partitions = new ArrayList<>();
      for (Partition p : last == null ? state.owned() : last) {
        p.fold();
        long position = last == null ? p.unsent() : p.unconfirmed();
        if (position != CommitLedger.NONE) {
          positions.put(p.number, position);
          partitions.add(p);
          p.sent = position;
        }
      }
      if (positions.isEmpty() || finished) {
        return null;
      }
      c = new Commit(Positions.of(positions), null);
      c.partitions = partitions;
      open.add(c);
      ownOpen++;
    } finally {
      state.lock.unlock();
    }
    send(c);
    return c;
  }

  private void send(Commit c) {
    GroupMember m = member;
    if (m == null) {
      throw new IllegalStateException("commit before the group was joined");
    }
    try {
      m.commit(c.positions, error -> answered(c, error));
    } catch (RuntimeException e) {
      answered(c, e);
    }
  }

  /**
   * Fixes where partitions without a commit start, so that they start there also elsewhere. On the
   * polling thread.
   */
  void pin(Positions positions) {
    Commit c = new Commit(positions, null);
    state.lock.lock();
    try {
      ownOpen++;
      open.add(c);
    } finally {
      state.lock.unlock();
    }
    send(c);
  }

  /**
   * Commits what was handled of partitions that are given up, unless the program does that itself,
   * and waits for the answer. On the polling thread, without the lock.
   */
  void last(Collection<Partition> partitions, long nanos) {
    sendQueued();
    if (options.manual()) {
      return;
    }
    Commit c = sendOwn(partitions);
    if (c == null) {
      return;
    }
    long left = nanos;
    boolean interrupted = false;
    state.lock.lock();
    try {
      while (!c.answered && left > 0) {
        try {
          left = state.changed.awaitNanos(left);
        } catch (InterruptedException e) {
          interrupted = true;
          break;
        }
      }
    } finally {
      state.lock.unlock();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets nothing be sent any more. With the lock. */
  void stop() {
    finished = true;
  }

  /**
   * Answers everything that is open after {@link #stop}: there will be no other answer. On whatever
   * thread ends the consumer; without the lock.
   */
  void finish() {
    List<Commit> left;
    state.lock.lock();
    try {
      left = new ArrayList<>(open);
    } finally {
      state.lock.unlock();
    }
    for (Commit c : left) {
      String text =
          "commit " + c.positions + " to " + options.address() + ": closed before an answer came";
      answered(c, new MqException(ErrorCode.OUTCOME_UNKNOWN, false, true, text, null));
    }
    sendQueued();
  }

  /** The backend's answer; on any thread. */
  private void answered(Commit c, @Nullable Throwable error) {
    MqException failure =
        error == null
            ? null
            : kernel.wrap(error, "commit " + c.positions + " to", options.address());
    List<Flush> flushed = new ArrayList<>(0);
    boolean tell = false;
    boolean more;
    Duration retry = null;
    state.lock.lock();
    try {
      if (c.answered) {
        return;
      }
      c.answered = true;
      open.remove(c);
      state.changed.signalAll();
      note(c, failure == null);
      if (c.stage == null) {
        ownOpen--;
        if (failure == null) {
          failuresInARow = 0;
        } else {
          tell = failuresInARow == 0;
          retry =
              finished
                  ? null
                  : FIRST_RETRY.multipliedBy(1L << Math.min(failuresInARow, MAX_DOUBLINGS));
          failuresInARow++;
        }
      }
      SettleResult result = result(failure);
      for (Flush f : c.flushes) {
        f.worst = f.worst.compareTo(result) < 0 ? result : f.worst;
        if (--f.open == 0) {
          flushed.add(f);
        }
      }
      more = mayGo();
    } finally {
      state.lock.unlock();
    }
    report(c, failure, tell, flushed);
    if (retry != null) {
      kernel.time().schedule(retry, () -> becomeDue(false));
    }
    if (more) {
      state.wake();
    }
  }

  private static void note(Commit c, boolean ok) {
    for (Partition p : c.partitions) {
      if (c.stage == null) {
        if (ok) {
          p.confirmed = Math.max(p.confirmed, c.position(p));
        } else {
          p.sent = p.confirmed;
        }
      } else if (ok) {
        p.askedConfirmed = c.position(p);
      } else {
        p.asked = p.askedConfirmed;
      }
    }
  }

  private void report(Commit c, @Nullable MqException failure, boolean tell, List<Flush> flushed) {
    if (tell && failure != null) {
      String text =
          options.who()
              + ": commit "
              + c.positions
              + " failed, is sent again with the next: "
              + failure.code();
      kernel.event(BrokerEvent.Type.COMMIT_FAILED, options.address(), text, failure);
    }
    CompletableFuture<@Nullable Void> stage = c.stage;
    if (stage != null) {
      kernel
          .completions()
          .execute(
              failure == null
                  ? () -> stage.complete(null)
                  : () -> stage.completeExceptionally(failure));
    }
    for (Flush f : flushed) {
      kernel.completions().execute(() -> f.stage.complete(f.worst));
    }
  }

  private static SettleResult result(@Nullable MqException failure) {
    if (failure == null) {
      return SettleResult.SETTLED;
    }
    return failure.code() == ErrorCode.FENCED ? SettleResult.LEASE_LOST : SettleResult.UNKNOWN;
  }

  private MqException fenced(Commit c) {
    String text = "commit " + c.positions + " to " + options.address() + ": ";
    return finished
        ? closed("commit")
        : new MqException(
            ErrorCode.FENCED, text + options.who() + " does not own all of these partitions");
  }

  private ClosedException closed(String what) {
    return new ClosedException(
        what + " " + options.address() + ": " + options.who() + " is closed");
  }

  /** Returns the nanoseconds of a duration, at most what a long holds. */
  static long nanos(Duration d) {
    return d.compareTo(Duration.ofDays(10_000)) > 0
        ? Long.MAX_VALUE
        : TimeUnit.SECONDS.toNanos(d.getSeconds()) + d.getNano();
  }
}
