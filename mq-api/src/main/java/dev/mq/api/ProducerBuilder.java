package dev.mq.api;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Builds a producer. Not thread-safe. Operations may override its limits by {@code
 * mq.producers.<name>.*}, without a release.
 */
public interface ProducerBuilder {
  /** Sets the name in configuration and events; the destination's address by default. */
  ProducerBuilder name(String name);

  /** Bounds the unanswered sends, 1 or more; 1000 by default (P-08). */
  ProducerBuilder maxInFlight(int messages);

  /**
   * Bounds the bytes of bodies of unanswered sends, 1 or more; 32 MiB by default. One larger
   * message passes alone.
   */
  ProducerBuilder maxInFlightBytes(long bytes);

  /** Sets how long a send waits for room, 0 or more; 10 seconds by default. */
  ProducerBuilder maxBlock(Duration maxBlock);

  /** Sets how long a send may stay unanswered, more than zero; 30 seconds by default. */
  ProducerBuilder deliveryTimeout(Duration timeout);

  /** Accepts that an exchange routes a message to no queue: the send is then ok. By name only. */
  ProducerBuilder dropUnroutable();

  /**
   * Chooses partitions; by default as Kafka's default partitioner: murmur2 of the key, round robin
   * without one (L-11).
   */
  ProducerBuilder partitioner(Partitioner partitioner);

  /**
   * Sees every message before it is sent, and may change it; the first one added is the outermost.
   */
  ProducerBuilder intercept(PublishInterceptor interceptor);

  /**
   * Opens the producer.
   *
   * @throws NotFoundException when the destination does not exist
   */
  Producer open();

  /**
   * Opens a producer of values.
   *
   * @param codec encodes the body
   * @param mapping sets key, routing key, headers and so on from the value
   */
  <T> TypedProducer<T> as(Codec<T> codec, Consumer<Mapping<T>> mapping);

  /** Opens a producer of values with neither key nor routing key. */
  default <T> TypedProducer<T> as(Codec<T> codec) {
    return as(codec, m -> {});
  }
}
