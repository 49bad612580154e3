package dev.mq.rabbit.internal.publish;

import dev.mq.spi.PublishBatch;
import java.time.Duration;

/** The part of a publisher that appends to logs. As {@code PublishChannel}, used by one thread. */
public interface StreamAppender {
  /**
   * Appends one message whose target is a {@code BackendLog}. Blocks for local flow control only.
   * Completes it exactly once, from any thread; throws when it was not taken, and then has not
   * completed it.
   */
  void append(PublishBatch batch, int index) throws InterruptedException;

  /** Sends on what is held back. Does not wait. */
  void flush();

  /** Closes; completes what is open, once each, in the end as unknown. */
  void close(Duration timeout);
}
