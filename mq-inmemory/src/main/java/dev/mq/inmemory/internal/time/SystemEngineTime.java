package dev.mq.inmemory.internal.time;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The system's clock. One daemon thread runs the timers; there is none while no timer waits. */
public final class SystemEngineTime implements EngineTime {
  private static final Logger LOG = LoggerFactory.getLogger(SystemEngineTime.class);

  private final ScheduledThreadPoolExecutor timers;

  /** Creates the clock of an engine. */
  public SystemEngineTime(String engine) {
    timers = new ScheduledThreadPoolExecutor(1, task -> daemon(task, engine));
    timers.setRemoveOnCancelPolicy(true);
    timers.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    timers.setKeepAliveTime(1, TimeUnit.SECONDS);
    timers.allowCoreThreadTimeOut(true);
  }

  private static Thread daemon(Runnable task, String engine) {
    Thread t = new Thread(task, "mq-engine-" + engine + "-timer");
    t.setDaemon(true);
    return t;
  }

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public long millis() {
    return System.currentTimeMillis();
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    try {
      ScheduledFuture<?> f =
          timers.schedule(() -> run(task), Timers.nanos(delay), TimeUnit.NANOSECONDS);
      return () -> f.cancel(false);
    } catch (RejectedExecutionException e) {
      LOG.debug("the engine is closed, a timer is dropped", e);
      return () -> {};
    }
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.error("a timer threw", e);
    }
  }

  @Override
  public void shutdown() {
    timers.shutdownNow();
  }
}
