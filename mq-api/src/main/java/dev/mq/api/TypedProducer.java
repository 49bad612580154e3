package dev.mq.api;

import java.util.concurrent.CompletionStage;

/**
 * Publishes values through a codec; otherwise as {@link Producer}. Thread-safe. Implemented by the
 * library only.
 *
 * @param <T> the type of the values
 */
public interface TypedProducer<T> extends AutoCloseable {
  /** Encodes, publishes and waits; see {@link Producer#send(Message)}. */
  Receipt send(T value);

  /** Encodes and publishes; see {@link Producer#sendAsync}. */
  CompletionStage<Receipt> sendAsync(T value);

  /** Encodes and publishes; see {@link Producer#send(Message, SendCallback)}. */
  void send(T value, SendCallback callback);

  /** Returns the message a value would be sent as. */
  Message toMessage(T value);

  /** Returns the producer underneath. */
  Producer producer();

  /** Closes the producer underneath. */
  @Override
  void close();
}
