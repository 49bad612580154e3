package dev.mq.api;

/**
 * Where one can publish: an exchange, a queue or a log. A handle: costs no I/O, thread-safe, never
 * closed.
 */
public sealed interface Destination permits Exchange, Queue, Log {
  /** Returns the name. */
  String name();

  /**
   * Returns the address: {@code exchange:NAME}, {@code queue:NAME} or {@code log:NAME}; see {@link
   * Broker#destination}.
   */
  String address();

  /** Returns a builder of producers that publish here. */
  ProducerBuilder producer();
}
