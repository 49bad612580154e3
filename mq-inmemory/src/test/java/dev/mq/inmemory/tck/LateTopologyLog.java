package dev.mq.inmemory.tck;

import dev.mq.spi.TopologyLog;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A topology log that shows what others put into it late, and says that there is nothing to wait
 * for. What this client puts into it is seen at once: that its author goes on before others have
 * seen it is what breaks them.
 */
final class LateTopologyLog implements TopologyLog {
  private static final Executor ONE_BY_ONE =
      Executors.newSingleThreadExecutor(
          r -> {
            Thread thread = new Thread(r, "late-topology");
            thread.setDaemon(true);
            return thread;
          });

  private static final Executor LATE =
      CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS, ONE_BY_ONE);

  private final TopologyLog engine;
  private final AtomicInteger late = new AtomicInteger();
  private volatile @Nullable Thread author;

  LateTopologyLog(TopologyLog engine) {
    this.engine = engine;
  }

  @Override
  public long append(byte[] command) {
    author = Thread.currentThread();
    try {
      return engine.append(command);
    } finally {
      author = null;
    }
  }

  @Override
  public void readEnd(EndCallback callback) {
    callback.end(0);
  }

  @Override
  public long endNow() {
    return 0;
  }

  @Override
  public Subscription follow(Follower follower) {
    return engine.follow(
        new Follower() {
          @Override
          public void command(long offset, byte[] command) {
            later(offset, () -> follower.command(offset, command));
          }

          @Override
          public void reached(long offset) {
            later(offset, () -> follower.reached(offset));
          }
        });
  }

  /** The first two commands, which make an exchange and a queue, are seen by everybody at once. */
  private void later(long offset, Runnable seen) {
    boolean own = Thread.currentThread() == author;
    if (offset < 2 || (own && late.get() == 0)) {
      seen.run();
      return;
    }
    late.incrementAndGet();
    LATE.execute(
        () -> {
          seen.run();
          late.decrementAndGet();
        });
  }

  @Override
  public void trim(long below) {
    engine.trim(below);
  }
}
