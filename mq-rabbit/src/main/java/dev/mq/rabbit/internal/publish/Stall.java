package dev.mq.rabbit.internal.publish;

import dev.mq.rabbit.internal.connect.Connections;
import dev.mq.rabbit.internal.connect.Link;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Gives a channel up whose confirms have stopped: a quorum queue that had no leader when a message
 * reached it may never confirm, and later messages of the channel wait behind it. And ends a
 * connection to which a message cannot be written, because the broker takes none. Thread-safe.
 */
final class Stall {
  private static final int LOOKS = 4;

  private final Connections connections;
  private final Duration confirmTimeout;
  private final long blockedNanos;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable ConfirmChannel watched;
  private TimeSource.@Nullable Timer timer;

  /** The oldest message at the last look, and at how many looks in a row it was that. */
  private long oldest;

  private int times;

  /** Whether the channel is given up. */
  private boolean closing;

  /** The message that was being written to a broker that takes none, and since when. */
  private long writing;

  private long writingSince;

  Stall(Connections connections, Duration confirmTimeout, Duration blockedTimeout) {
    this.connections = connections;
    this.confirmTimeout = confirmTimeout;
    this.blockedNanos = blockedTimeout.toNanos();
  }

  /** Watches a channel instead of the one before. */
  void watch(ConfirmChannel channel) {
    lock.lock();
    try {
      cancel();
      watched = channel;
      oldest = -1;
      writing = 0;
      closing = false;
      again(channel);
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

  private void again(ConfirmChannel channel) {
    timer =
        connections.context().time().schedule(confirmTimeout.dividedBy(LOOKS), () -> look(channel));
  }

  @SuppressWarnings("ReferenceEquality") // a channel is itself
  private void look(ConfirmChannel channel) {
    Link link = connections.publishing();
    lock.lock();
    try {
      if (watched != channel || !channel.isOpen()) {
        return;
      }
      if (link.blockedBy() != null) {
        if (isStuck(channel.writing())) {
          link.cut();
        }
      } else if (isStalled(channel) && !closing) {
        closing = true;
        connections.context().threads("rabbit-stalled").newThread(channel::close).start();
      }
      // Also after that: the closing waits for a thread that writes.
      again(channel);
    } finally {
      lock.unlock();
    }
  }

  /** While the broker takes no messages its confirms may wait, but not the thread that writes. */
  private boolean isStuck(long sequence) {
    oldest = -1;
    long now = connections.context().time().nanoTime();
    if (sequence == 0 || sequence != writing) {
      writing = sequence;
      writingSince = now;
      return false;
    }
    return now - writingSince >= blockedNanos;
  }

  /** A message that is still being written may take its time. */
  private boolean isStalled(ConfirmChannel channel) {
    writing = 0;
    long sequence = channel.ring().oldest();
    if (sequence < 0 || sequence != oldest || sequence == channel.writing()) {
      oldest = sequence;
      times = 0;
      return false;
    }
    return ++times >= LOOKS;
  }
}
