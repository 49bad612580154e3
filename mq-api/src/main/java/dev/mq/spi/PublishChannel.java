package dev.mq.spi;

import java.time.Duration;

/**
 * A way to publish. Used by one thread at a time; the runtime sees to that. Messages of successive
 * calls to one target are stored in that order (O-04), also when the client library retries inside.
 */
public interface PublishChannel {
  /**
   * Sends every message of a batch. May block for local flow control, or until the client library
   * knows where to send, within a bound of the backend and once per call, never for confirmations;
   * what could not be handed over by then fails definitely. When interrupted while blocked it fails
   * the rest of the batch with {@link InterruptedException} as the error, keeps the interrupt
   * status and returns. Never throws: errors go to {@link PublishBatch#failed}.
   *
   * <p>The batch, with its messages, may be kept until its last message was completed.
   */
  void publish(PublishBatch batch);

  /** Sends on what the client library holds back to form larger batches. Must not wait. */
  default void flush() {}

  /**
   * Closes; completes every open message as failed with an outcome as {@link
   * BackendSession#classify} then says.
   */
  void close(Duration timeout);
}
