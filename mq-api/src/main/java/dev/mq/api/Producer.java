package dev.mq.api;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Publishes to one destination. Thread-safe; sends from one thread keep their order (O-04). Made by
 * {@link ProducerBuilder}, closed by whoever made it or with its {@link Broker}. Implemented by the
 * library only.
 *
 * <p>Each send completes exactly once, within the delivery timeout, also across close (P-04), in
 * one of three ways: ok; failed definitely ({@link MqException#isDefinite()}): in no queue;
 * unknown: send the same message with the same id again.
 *
 * <p>All forms throw at once, and nothing was sent, when the call itself is wrong: a null, a body
 * or headers over the limit, a reserved header, an interceptor that throws, a closed producer.
 * Everything else is the outcome of the send.
 */
public interface Producer extends AutoCloseable {
  /** Returns where it publishes. */
  Destination destination();

  /**
   * Publishes and waits for the confirmation.
   *
   * @throws UnroutableException when an exchange routed it to no queue (P-11)
   * @throws BackpressureException when there was no room within {@code maxBlock}
   * @throws OutcomeUnknownException when no answer came within the delivery timeout
   * @throws MqException {@code WOULD_BLOCK} when called from a completion; {@code INTERRUPTED} when
   *     interrupted
   */
  Receipt send(Message message);

  /**
   * Publishes; the stage completes on a thread of the library, with a {@link MqException} when it
   * failed. Its result must be used. Waits for room as {@link #send(Message)} does, for at most
   * {@code maxBlock}; a stage without room has failed with {@link BackpressureException}, and one
   * that would have had to wait in a completion with {@code WOULD_BLOCK}.
   */
  CompletionStage<Receipt> sendAsync(Message message);

  /**
   * Publishes; the callback is called exactly once. Makes no future. Waits for room, and tells of
   * none, as {@link #sendAsync} does.
   */
  void send(Message message, SendCallback callback);

  /**
   * Publishes all and waits; returns one result per message, in order. Failures are results, not
   * exceptions.
   */
  List<SendResult> sendAll(List<Message> messages);

  /** Returns when every send invoked before has completed (P-12). */
  void flush();

  /** Returns how many sends have not completed. */
  int inFlight();

  /** Closes with the delivery timeout. Idempotent. */
  @Override
  void close();

  /**
   * Refuses further sends, waits for open ones, and closes.
   *
   * @return whether all completed by themselves; those that did not complete as unknown
   */
  boolean close(Duration timeout);
}
