package dev.mq.rabbit.internal.publish;

import dev.mq.rabbit.internal.connect.Connections;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Gives a channel up whose confirms have stopped: a quorum queue that had no leader when a message
 * reached it may never confirm, and later messages of the channel wait behind it. Thread-safe.
 */
final class Stall {
  private static final int LOOKS = 4;

  private final Connections connections;
  private final Duration timeout;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable ConfirmChannel watched;
  private TimeSource.@Nullable Timer timer;

  Stall(Connections connections, Duration timeout) {
    this.connections = connections;
    this.timeout = timeout;
  }

  /** Watches a channel instead of the one before. */
  void watch(ConfirmChannel channel) {
    lock.lock();
    try {
      cancel();
      watched = channel;
      again(channel, -1, 0);
    } finally {
      lock.unlock();
    }
  }

  void forget() {
    lock.lock();
    try {
      watched = null;
      cancel();
    } finally {
      lock.unlock();
    }
  }

  private void cancel() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  private void again(ConfirmChannel channel, long seen, int times) {
    timer =
        connections
            .context()
            .time()
            .schedule(timeout.dividedBy(LOOKS), () -> look(channel, seen, times));
  }

  /** Without an answer for that many looks, while the broker takes messages, it has stalled. */
  @SuppressWarnings("ReferenceEquality") // a channel is itself
  private void look(ConfirmChannel channel, long seen, int times) {
    lock.lock();
    try {
      if (watched != channel || !channel.isOpen()) {
        return;
      }
      long progress = channel.ring().progress();
      boolean blocked = connections.publishing().blockedBy() != null;
      boolean stands = progress >= 0 && progress == seen && !blocked;
      if (!stands || times + 1 < LOOKS) {
        again(channel, blocked ? -1 : progress, stands ? times + 1 : 0);
        return;
      }
    } finally {
      lock.unlock();
    }
    connections.context().threads("rabbit-stalled").newThread(channel::close).start();
  }
}
