package dev.mq.core.delay;

import dev.mq.api.BrokerEvent;
import dev.mq.api.ErrorCode;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.api.Retry;
import dev.mq.core.log.CommitLedger;
import dev.mq.core.runtime.Kernel;
import dev.mq.core.runtime.SystemTime;
import dev.mq.spi.BackendLog;
import dev.mq.spi.GroupListener;
import dev.mq.spi.GroupMember;
import dev.mq.spi.LogDriver;
import dev.mq.spi.RecordBatch;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of the group that moves messages of the delay log to their queues when they are due:
 * reads ahead, publishes, waits for the confirm, commits the prefix of what was moved. A crash
 * repeats what was not committed; nothing is lost.
 *
 * <p>Invariant: everything but {@link #stop} runs on one thread, {@link #run}'s; other threads put
 * what that one has to do into {@code inbox} and wake it.
 */
final class Mover implements GroupListener {
  /** The group; programs cannot use it. */
  static final String GROUP = "mq.mover";

  private static final Logger LOG = LoggerFactory.getLogger(Mover.class);
  private static final int BATCH = 256;
  private static final int MAX_OPEN = 1000;
  private static final int TRIM_EVERY = 1000;
  private static final long POLL_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long HAND_OVER_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final Duration FIRST_RETRY = Duration.ofMillis(100);
  private static final int MAX_DOUBLINGS = 6;

  private final Kernel kernel;
  private final LogDriver logs;
  private final BackendLog log;
  private final SystemTime real;
  private final BlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
  private final AtomicBoolean woken = new AtomicBoolean();
  private final Map<Integer, Waiting> owned = new TreeMap<>();
  private final RecordBatch batch = new RecordBatch(BATCH);
  private volatile boolean stopping;
  private volatile long patienceNanos = HAND_OVER_NANOS;
  private volatile @Nullable GroupMember member;
  private int open;
  private boolean committing;
  private boolean commitHeld;
  private int commitFailures;
  private TimeSource.@Nullable Timer timer;
  private long timerMillis = Long.MAX_VALUE;

  Mover(Kernel kernel, LogDriver logs, BackendLog log) {
    this.kernel = kernel;
    this.logs = logs;
    this.log = log;
    this.real = new SystemTime(kernel.threads("delays-timer"));
  }

  /** Moves until it is stopped or the log is gone. */
  void run() {
    int failures = 0;
    while (!stopping) {
      try {
        GroupMember m = logs.join(log, GROUP, Position.begin(), BATCH, this);
        member = m;
        try {
          while (!stopping) {
            round(m);
            failures = 0;
          }
        } finally {
          leave(m);
        }
      } catch (InterruptedException e) {
        LOG.debug("{}: stray interrupt", DelayLog.NAME);
      } catch (RuntimeException e) {
        MqException error = kernel.wrap(e, "move delayed messages of", DelayLog.ADDRESS);
        if (error.code() == ErrorCode.NOT_FOUND || error.code() == ErrorCode.CLOSED) {
          LOG.info("delayed messages are not moved any more: {}", error.getMessage());
          return;
        }
        if (failures++ == 0) {
          LOG.info("delayed messages cannot be moved now, trying again: {}", error.getMessage());
        }
        await(FIRST_RETRY.toNanos() << Math.min(failures, MAX_DOUBLINGS), () -> !stopping);
      }
    }
  }

  /** Makes {@link #run} return; what is on its way is awaited that long. From any thread. */
  void stop(Duration timeout) {
    patienceNanos = Math.max(0, Math.min(HAND_OVER_NANOS, timeout.toNanos()));
    stopping = true;
    post(() -> {});
  }

  private void round(GroupMember m) throws InterruptedException {
    woken.set(false);
    work();
    moveDue();
    commit(m);
    admit(m);
    arm();
    int n = m.poll(batch, inbox.isEmpty() ? POLL_NANOS : 0);
    try {
      for (int i = 0; i < n; i++) {
        Waiting w = owned.get(batch.partition(i));
        if (w != null) {
          w.add(batch.offset(i), batch.message(i), DelayLog.MAX_STAY.toMillis());
        }
      }
    } finally {
      batch.clear();
    }
  }

  private void work() {
    for (Runnable task = inbox.poll(); task != null; task = inbox.poll()) {
      task.run();
    }
  }

  private void post(Runnable task) {
    inbox.add(task);
    GroupMember m = member;
    if (m != null && woken.compareAndSet(false, true)) {
      m.wakeup();
    }
  }

  private long nowMillis() {
    return kernel.time().now().toEpochMilli();
  }

  // -- moving

  private void moveDue() {
    long now = nowMillis();
    for (Waiting w : owned.values()) {
      while (open < MAX_OPEN) {
        Waiting.Entry e = w.due(now);
        if (e == null) {
          break;
        }
        move(e, now);
      }
    }
  }

  private void move(Waiting.Entry e, long now) {
    String queue = DelayedMessages.queue(e.message);
    boolean due = e.untilMillis <= now;
    Message message =
        due
            ? DelayedMessages.unwrap(e.message)
            : DelayedMessages.wrap(
                e.message, queue, e.untilMillis, Duration.ofMillis(e.untilMillis - now));
    open++;
    e.partition.open++;
    AtomicBoolean told = new AtomicBoolean();
    try {
      kernel
          .systemPublisher()
          .publish(
              due ? "queue:" + queue : DelayLog.ADDRESS,
              message,
              error -> {
                if (told.compareAndSet(false, true)) {
                  post(() -> moved(e, due, error));
                }
              });
    } catch (RuntimeException failure) {
      if (told.compareAndSet(false, true)) {
        moved(e, due, kernel.wrap(failure, "publish", "queue:" + queue));
      }
    }
  }

  private void moved(Waiting.Entry e, boolean due, @Nullable MqException error) {
    open--;
    Waiting w = e.partition;
    w.open--;
    if (w.dropped) {
      return;
    }
    if (error == null) {
      w.handled(e);
      return;
    }
    String queue = DelayedMessages.queue(e.message);
    String what = "message " + e.message.id() + ", delayed for queue '" + queue + "'";
    boolean gone = error.code() == ErrorCode.NOT_FOUND || error.code() == ErrorCode.UNROUTABLE;
    if (due && gone) {
      String text = what + ", was dropped: the queue is not there any more";
      kernel.event(BrokerEvent.Type.DROPPED, "queue:" + queue, text, error);
      w.handled(e);
      return;
    }
    if (e.failures++ == 0) {
      LOG.info("{} could not be moved, trying again", what, error);
    }
    e.atMillis = nowMillis() + Retry.defaults().delayAfter(e.failures).toMillis();
    w.again(e);
  }

  // -- reading

  private void admit(GroupMember m) {
    for (Waiting w : owned.values()) {
      boolean full = w.isFull();
      if (full && !w.sourcePaused) {
        m.pause(w.number);
      } else if (!full && w.sourcePaused) {
        m.resume(w.number);
      }
      w.sourcePaused = full;
    }
  }

  /** Sees to it that the next poll ends when something is due. */
  private void arm() {
    long next = Long.MAX_VALUE;
    if (open < MAX_OPEN) {
      for (Waiting w : owned.values()) {
        next = Math.min(next, w.nextMillis());
      }
    }
    if (next == timerMillis && timer != null) {
      return;
    }
    disarm();
    if (next != Long.MAX_VALUE) {
      timerMillis = next;
      Duration wait = Duration.between(kernel.time().now(), Instant.ofEpochMilli(next));
      timer =
          kernel
              .time()
              .schedule(wait.isNegative() ? Duration.ZERO : wait, () -> post(() -> timer = null));
    }
  }

  private void disarm() {
    TimeSource.Timer t = timer;
    if (t != null) {
      t.cancel();
    }
    timer = null;
    timerMillis = Long.MAX_VALUE;
  }

  // -- committing

  private void commit(GroupMember m) {
    if (!committing && !commitHeld) {
      commit(m, owned.values());
    }
  }

  private void commit(GroupMember m, Collection<Waiting> partitions) {
    Map<Waiting, Long> news = new HashMap<>();
    Map<Integer, Long> positions = new HashMap<>();
    for (Waiting w : partitions) {
      if (w.position() != CommitLedger.NONE && w.position() != w.sent) {
        news.put(w, w.sent);
        w.sent = w.position();
        positions.put(w.number, w.position());
      }
    }
    if (positions.isEmpty()) {
      return;
    }
    committing = true;
    AtomicBoolean told = new AtomicBoolean();
    try {
      m.commit(
          Positions.of(positions),
          error -> {
            if (told.compareAndSet(false, true)) {
              post(() -> committed(news, error));
            }
          });
    } catch (RuntimeException e) {
      if (told.compareAndSet(false, true)) {
        committed(news, e);
      }
    }
  }

  private void committed(Map<Waiting, Long> before, @Nullable Throwable error) {
    committing = false;
    if (error == null) {
      commitFailures = 0;
      before.keySet().forEach(this::trim);
      return;
    }
    LOG.debug("commit of moved messages failed, is sent again with the next", error);
    before.forEach((w, sent) -> w.sent = sent);
    if (kernel.wrap(error, "commit to", DelayLog.ADDRESS).code() == ErrorCode.FENCED) {
      // The next poll tells which partitions were lost.
      return;
    }
    commitHeld = true;
    Duration wait = FIRST_RETRY.multipliedBy(1L << Math.min(commitFailures++, MAX_DOUBLINGS));
    kernel.time().schedule(wait, () -> post(() -> commitHeld = false));
  }

  /** Removes what was moved and committed from the log, now and then. */
  private void trim(Waiting w) {
    if (w.dropped || w.handledPrefix() - w.trimmed < TRIM_EVERY) {
      return;
    }
    w.trimmed = w.handledPrefix();
    try {
      logs.trim(log, Positions.of(w.number, w.sent));
    } catch (RuntimeException e) {
      LOG.debug("{}: partition {} was not trimmed", DelayLog.NAME, w.number, e);
    }
  }

  // -- partitions come and go

  @Override
  public void assigned(int[] partitions) {
    for (int p : partitions) {
      owned.put(p, new Waiting(p));
    }
  }

  @Override
  public void revoked(int[] partitions) {
    List<Waiting> leaving =
        Arrays.stream(partitions).mapToObj(owned::get).filter(Objects::nonNull).toList();
    await(patienceNanos, () -> isOpen(leaving) || committing);
    // What is not due yet would keep later ones, which are moved already, from being committed.
    long now = nowMillis();
    for (Waiting w : leaving) {
      w.takeHoles(MAX_OPEN).forEach(e -> move(e, now));
    }
    await(patienceNanos, () -> isOpen(leaving));
    GroupMember m = member;
    if (m != null && !committing) {
      commit(m, leaving);
      await(patienceNanos, () -> committing);
    }
    drop(partitions);
  }

  private static boolean isOpen(List<Waiting> partitions) {
    return partitions.stream().anyMatch(w -> w.open > 0);
  }

  @Override
  public void lost(int[] partitions) {
    drop(partitions);
  }

  private void drop(int[] partitions) {
    for (int p : partitions) {
      Waiting w = owned.remove(p);
      if (w != null) {
        w.dropped = true;
        w.forget();
      }
    }
  }

  private void leave(GroupMember m) {
    disarm();
    Thread.interrupted();
    try {
      m.close();
    } catch (RuntimeException e) {
      LOG.debug("{}: leaving the group failed", DelayLog.NAME, e);
    } finally {
      member = null;
      for (Waiting w : owned.values()) {
        w.dropped = true;
      }
      owned.clear();
      committing = false;
    }
  }

  /** Works through the inbox while a condition holds, at most for a time of the real clock. */
  private void await(long nanos, BooleanSupplier condition) {
    long deadline = real.nanoTime() + nanos;
    boolean interrupted = false;
    work();
    while (condition.getAsBoolean()) {
      long left = deadline - real.nanoTime();
      if (left <= 0) {
        break;
      }
      try {
        Runnable task = inbox.poll(left, TimeUnit.NANOSECONDS);
        if (task != null) {
          task.run();
        }
      } catch (InterruptedException e) {
        interrupted = true;
        break;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
