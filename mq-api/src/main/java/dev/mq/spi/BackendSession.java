package dev.mq.spi;

import dev.mq.api.Capabilities;
import java.time.Duration;
import java.util.Optional;

/**
 * An open connection to one messaging system. Thread-safe. What a system does not have is an empty
 * {@code Optional}, never a method that throws.
 *
 * <p>The least a backend offers is {@link #queues()} with {@link #topologyLog()}, or {@link
 * #logs()}. The runtime does the rest: validation, lifecycle, deadlines, flow control, routing,
 * dispatch, retry, dead letters, error wrapping. A backend never retries an operation of a user and
 * never calls user code.
 *
 * <p>Every method may throw any exception; {@link #classify} says what it means.
 */
public interface BackendSession {
  /** Returns what the system can do; the same answer until closed. */
  Capabilities capabilities();

  /**
   * Returns the system's own clock and timers, where it has one; the runtime then uses no other.
   */
  default Optional<TimeSource> timeSource() {
    return Optional.empty();
  }

  /** Opens a channel to publish through. May block for a round trip. */
  PublishChannel openPublisher();

  /** Returns queues, if the system has them. */
  default Optional<QueueDriver> queues() {
    return Optional.empty();
  }

  /** Returns logs, if the system has them. */
  default Optional<LogDriver> logs() {
    return Optional.empty();
  }

  /** Returns native exchanges, if the system has them; the runtime then does not route. */
  default Optional<ExchangeDriver> exchanges() {
    return Optional.empty();
  }

  /** Returns the topology log the runtime routes by, where the system has no native exchanges. */
  default Optional<TopologyLog> topologyLog() {
    return Optional.empty();
  }

  /**
   * Returns whether messages can flow; an empty text when they can, else the reason. Must not
   * block.
   */
  String healthProblem();

  /** Says what an exception that came out of this backend means. Must not block or throw. */
  ErrorClass classify(Throwable error);

  /** Returns the native object of a type, where documented. */
  default <T> Optional<T> unwrap(Class<T> type) {
    return Optional.empty();
  }

  /**
   * Closes within a timeout, also when the system is gone. Called once, after every publisher,
   * subscription and source made from it was closed.
   */
  void close(Duration timeout);
}
