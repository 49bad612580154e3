package dev.mq.api;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * A running subscription: a consumer of a queue or a member of a log group. Made by a builder,
 * closed by whoever made it or with its {@link Broker}. Thread-safe. Implemented by the library
 * only.
 */
public interface Consumer extends AutoCloseable {
  /** Returns the name in configuration, events and thread names. */
  String name();

  /** Returns the address of what is consumed. */
  String address();

  /**
   * Stops handing out; what handlers hold goes on. What was received from a queue and seen by no
   * handler goes back to it for others to get, which counts as a delivery but not as a failure.
   * Idempotent.
   */
  void pause();

  /** Hands out again. Idempotent. */
  void resume();

  /** Returns whether it is paused. */
  boolean isPaused();

  /**
   * Returns a stage that completes when the broker has answered every settlement or commit made
   * before this call, with the worst answer among those still open at the call.
   */
  CompletionStage<SettleResult> flush();

  /**
   * Returns a stage that completes normally when the consumer was closed, and exceptionally with a
   * {@link MqException} when it ended by itself: queue deleted, failure policy stop, definite
   * error.
   */
  CompletionStage<Void> terminated();

  /**
   * Closes with the configured timeout, 30 seconds by default. Idempotent (Y-03); allowed inside a
   * handler (Y-06).
   */
  @Override
  void close();

  /**
   * Stops intake, lets running handlers finish, flushes settlements, gives back what no handler
   * saw, and closes. No handler starts after it returned (Y-02).
   *
   * @return whether all handlers ended in time
   */
  boolean close(Duration timeout);
}
