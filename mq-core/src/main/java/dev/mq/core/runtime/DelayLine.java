package dev.mq.core.runtime;

import dev.mq.api.Message;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Puts messages into queues later, so that no consumer has to hold them meanwhile: what the runtime
 * has where a system delays no retries itself. Thread-safe; nothing here blocks.
 */
public interface DelayLine {
  /** That of a system without logs. */
  DelayLine NONE =
      new DelayLine() {
        @Override
        public boolean isOffered() {
          return false;
        }

        @Override
        public boolean isOpen() {
          return false;
        }

        @Override
        public void consuming() {}

        @Override
        public void whenOpen(Consumer<Boolean> then) {
          then.accept(false);
        }

        @Override
        public void publish(
            String queue, Message message, Duration delay, SystemPublisher.Done done) {
          throw new IllegalStateException("there is no delay line");
        }
      };

  /** Returns whether there can be one; the same answer for ever. */
  boolean isOffered();

  /** Returns whether it takes messages now. */
  boolean isOpen();

  /**
   * Tells that a consumer starts whose retries go this way: from then on this process moves what is
   * due, also for processes that are gone.
   */
  void consuming();

  /**
   * Opens it where that was not done yet, and calls back with whether it takes messages: possibly
   * inside this call, from any thread, once. The callback does not block.
   */
  void whenOpen(Consumer<Boolean> then);

  /**
   * Puts a message into a queue after a delay. Called while it is open.
   *
   * @param done called exactly once, from any thread, with null when the message waits safely; must
   *     not block
   */
  void publish(String queue, Message message, Duration delay, SystemPublisher.Done done);
}
