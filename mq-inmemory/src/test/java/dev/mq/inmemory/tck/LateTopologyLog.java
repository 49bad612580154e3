package dev.mq.inmemory.tck;

import dev.mq.spi.TopologyLog;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A topology log that shows what is in it late, and says that there is nothing to wait for. */
record LateTopologyLog(TopologyLog engine) implements TopologyLog {
  private static final Executor ONE_BY_ONE =
      Executors.newSingleThreadExecutor(
          r -> {
            Thread thread = new Thread(r, "late-topology");
            thread.setDaemon(true);
            return thread;
          });

  private static final Executor LATE =
      CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS, ONE_BY_ONE);

  @Override
  public long append(byte[] command) {
    return engine.append(command);
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
  private static void later(long offset, Runnable seen) {
    if (offset < 2) {
      seen.run();
    } else {
      LATE.execute(seen);
    }
  }

  @Override
  public void trim(long below) {
    engine.trim(below);
  }
}
