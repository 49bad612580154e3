package dev.mq.rabbit.internal.connect;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * Keeps new quorum queues from being used before their node has written down that they exist: a
 * node that is killed before that forgets them, with all that was confirmed. It does so some time
 * after it has answered the declaration, and nothing tells when. So what makes a new queue
 * reachable waits; a topology with many of them waits once. Thread-safe.
 */
public final class NewQueues {
  private final TimeSource time;
  private final long waitNanos;
  private volatile long usableAt;

  NewQueues(TimeSource time, Duration wait) {
    this.time = time;
    this.waitNanos = wait.toNanos();
    this.usableAt = time.nanoTime();
  }

  /** A queue was made. */
  public void made() {
    usableAt = time.nanoTime() + waitNanos;
  }

  /** Waits until all of them may be used. */
  public void await() {
    long left = usableAt - time.nanoTime();
    if (left <= 0) {
      return;
    }
    CountDownLatch done = new CountDownLatch(1);
    TimeSource.Timer timer = time.schedule(Duration.ofNanos(left), done::countDown);
    try {
      done.await();
    } catch (InterruptedException e) {
      timer.cancel();
      Thread.currentThread().interrupt();
      throw new MqException(
          ErrorCode.INTERRUPTED, "interrupted while a new queue was not usable yet", e);
    }
  }
}
