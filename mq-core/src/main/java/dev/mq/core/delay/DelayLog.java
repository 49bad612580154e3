package dev.mq.core.delay;

import dev.mq.api.DeclarationConflictException;
import dev.mq.api.ErrorCode;
import dev.mq.api.LogSpec;
import dev.mq.api.Message;
import dev.mq.api.NotFoundException;
import dev.mq.core.produce.Route;
import dev.mq.core.produce.RouteSink;
import dev.mq.core.runtime.DelayLine;
import dev.mq.core.runtime.Kernel;
import dev.mq.core.runtime.SystemPublisher;
import dev.mq.spi.BackendLog;
import dev.mq.spi.LogDriver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The delay line over a log of the runtime's own. Opened on a thread of its own, which then moves
 * what is due: when this process first puts something in, or when it consumes and the log is there.
 * A process that consumes while the log is not there looks again from time to time, so that what a
 * process left behind is moved by those that go on.
 *
 * <p>Invariants, guarded by {@code lock}: {@code running} is true from the start of the thread to
 * its end; callbacks wait only while it runs, and are called without the lock.
 */
public final class DelayLog implements DelayLine {
  /** The name of the log; programs cannot use it. */
  public static final String NAME = "mq.delays";

  /** Where messages are published to. */
  public static final String ADDRESS = "log:" + NAME;

  /** How long a record waits in the log at most; what waits longer is put in again. */
  static final Duration MAX_STAY = Duration.ofDays(1);

  private static final Logger LOG = LoggerFactory.getLogger(DelayLog.class);
  private static final Duration LOOK_AGAIN = Duration.ofMinutes(1);
  private static final Duration SHORTEST_RETENTION = MAX_STAY.multipliedBy(2);

  private final Kernel kernel;
  private final @Nullable LogDriver driver;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Consumer<Boolean>> waiters = new ArrayList<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private boolean consuming;
  private boolean running;
  private boolean closing;
  private boolean failed;
  private @Nullable Mover mover;
  private volatile @Nullable BackendLog log;

  /** Creates the line of a broker; does nothing before it is needed. */
  public DelayLog(Kernel kernel) {
    this.kernel = kernel;
    this.driver = kernel.session().logs().orElse(null);
  }

  @Override
  public boolean isOffered() {
    return driver != null;
  }

  @Override
  public boolean isOpen() {
    return log != null;
  }

  @Override
  public void consuming() {
    lock.lock();
    try {
      if (!consuming) {
        consuming = true;
        startThread();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void whenOpen(Consumer<Boolean> then) {
    lock.lock();
    try {
      if (log == null && driver != null && !closing && !failed) {
        waiters.add(then);
        startThread();
        return;
      }
    } finally {
      lock.unlock();
    }
    then.accept(isOpen());
  }

  @Override
  public void publish(String queue, Message message, Duration delay, SystemPublisher.Done done) {
    long until =
        kernel.time().now().plusNanos(999_999).toEpochMilli() + DelayedMessages.millis(delay);
    Message waiting = DelayedMessages.wrap(message, queue, until, delay);
    kernel.systemPublisher().publish(ADDRESS, waiting, done);
  }

  /** Returns the way of what is published to {@link #ADDRESS}. */
  public Route route() {
    return this::route;
  }

  private void route(Message message, RouteSink sink) {
    BackendLog to = log;
    if (to == null || !DelayedMessages.isDelayed(message)) {
      throw new NotFoundException("publish " + ADDRESS + ": the log is not open");
    }
    sink.add(to, DelayedMessages.partition(message, to.partitions()));
  }

  /** With the lock. */
  private void startThread() {
    if (!running && !closing && driver != null) {
      running = true;
      LogDriver logs = driver;
      kernel.threads("delays").newThread(() -> run(logs)).start();
    }
  }

  private void run(LogDriver logs) {
    try {
      BackendLog opened = open(logs);
      if (opened != null) {
        move(logs, opened);
      }
    } catch (RuntimeException e) {
      LOG.warn("the log of delayed messages cannot be used, they wait in this process", e);
      markFailed();
    } finally {
      stopped();
    }
  }

  /** Returns the log; null when it is not there and nobody here has something to put in. */
  private @Nullable BackendLog open(LogDriver logs) {
    try {
      return logs.open(NAME);
    } catch (RuntimeException e) {
      if (kernel.wrap(e, "open", ADDRESS).code() != ErrorCode.NOT_FOUND) {
        throw e;
      }
    }
    if (!isWanted()) {
      return null;
    }
    try {
      return logs.create(spec());
    } catch (DeclarationConflictException e) {
      // Made by another process with other properties, which are as good.
      return logs.open(NAME);
    }
  }

  private LogSpec spec() {
    LogSpec.Builder b = LogSpec.builder(NAME).partitions(DelayedMessages.PARTITIONS);
    Duration retention = kernel.configuration().delaysRetention();
    if (!retention.isZero()) {
      b.retention(retention.compareTo(SHORTEST_RETENTION) < 0 ? SHORTEST_RETENTION : retention);
    }
    return b.build();
  }

  private boolean isWanted() {
    lock.lock();
    try {
      return !waiters.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private void move(LogDriver logs, BackendLog opened) {
    Mover m = new Mover(kernel, logs, opened);
    lock.lock();
    try {
      if (closing) {
        return;
      }
      log = opened;
      mover = m;
    } finally {
      lock.unlock();
    }
    tellWaiters();
    m.run();
  }

  private void markFailed() {
    lock.lock();
    try {
      failed = true;
    } finally {
      lock.unlock();
    }
  }

  /** The thread ends: the log is not there or not usable, or this broker closes. */
  private void stopped() {
    boolean more;
    lock.lock();
    try {
      log = null;
      mover = null;
      running = false;
      // Someone may have come after it was found that nobody wants the log.
      more = !closing && !failed && !waiters.isEmpty();
      if (more) {
        startThread();
      } else if (!closing) {
        kernel.time().schedule(LOOK_AGAIN, this::lookAgain);
      }
      if (closing) {
        ended.countDown();
      }
    } finally {
      lock.unlock();
    }
    if (!more) {
      tellWaiters();
    }
  }

  private void lookAgain() {
    lock.lock();
    try {
      failed = false;
      if (consuming) {
        startThread();
      }
    } finally {
      lock.unlock();
    }
  }

  private void tellWaiters() {
    List<Consumer<Boolean>> all;
    lock.lock();
    try {
      all = List.copyOf(waiters);
      waiters.clear();
    } finally {
      lock.unlock();
    }
    boolean open = isOpen();
    all.forEach(w -> w.accept(open));
  }

  /**
   * Stops moving: what is on its way is awaited, the rest is left to others. Called when nothing
   * consumes any more; idempotent.
   *
   * @return whether that was done in time
   */
  public boolean close(Duration timeout) {
    Mover m;
    lock.lock();
    try {
      closing = true;
      m = mover;
      if (!running) {
        ended.countDown();
      }
    } finally {
      lock.unlock();
    }
    if (m != null) {
      m.stop(timeout);
    }
    try {
      return ended.await(Math.max(0, timeout.toMillis()), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
