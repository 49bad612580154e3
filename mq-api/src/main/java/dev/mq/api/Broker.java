package dev.mq.api;

import java.time.Duration;
import java.util.Optional;

/**
 * This process's open connection to one messaging system; makes everything else. Thread-safe.
 * Opened by {@link #open()}, closed by whoever opened it; closing it closes all producers and
 * consumers made from it (Y-09). Implemented by the library only.
 *
 * <pre>{@code
 * try (Broker broker = Broker.open()) {
 *   broker.declare(Topology.builder().queue(QueueSpec.of("email")).build());
 *   broker.queue("email").producer().open().send(Message.of(body));
 * }
 * }</pre>
 */
public interface Broker extends AutoCloseable {
  /**
   * Opens the broker that the configuration calls {@code default}, else its only one, else the top
   * level.
   *
   * @throws ConfigException when the configuration is wrong
   * @throws MqException {@code BACKEND_SELECTION} when the backend is not on the class path; {@code
   *     UNAVAILABLE} or {@code AUTHENTICATION} when it cannot be reached
   */
  static Broker open() {
    return open(BrokerConfig.builder().build());
  }

  /** Opens a named broker: the keys of {@code mq.brokers.<name>.*}, inheriting the top level. */
  static Broker open(String name) {
    return open(BrokerConfig.builder().name(name).build());
  }

  /** Opens a broker by a configuration made in code. */
  static Broker open(BrokerConfig config) {
    return Brokers.factory().open(config);
  }

  /** Returns the name in configuration and events. */
  String name();

  /**
   * Returns the name of the backend: {@code inmemory}, {@code rabbit}, {@code kafka} or another
   * one.
   */
  String backend();

  /** Returns what the backend can do. */
  Capabilities capabilities();

  /** Returns a handle of an exchange; whether it exists shows at first use. */
  Exchange exchange(String name);

  /** Returns a handle of a queue; whether it exists shows at first use. */
  Queue queue(String name);

  /** Returns a handle of a log; whether it exists shows at first use. */
  Log log(String name);

  /**
   * Returns a handle by address: {@code exchange:NAME}, {@code queue:NAME} or {@code log:NAME}.
   *
   * @throws MqException {@code INVALID_ARGUMENT} when it is none of these
   */
  Destination destination(String address);

  /**
   * Makes a topology real, in the order exchanges, queues, logs, bindings: what is equal stays,
   * what differs is an error with both values and nothing of it is changed. With {@code
   * mq.topology=verify} it only checks, with {@code none} it does nothing. Returns when everything
   * is confirmed and applied here.
   *
   * @throws DeclarationConflictException when something exists with other properties
   * @throws UnsupportedCapabilityException when something needs a capability that the backend
   *     lacks, before any side effect
   */
  void declare(Topology topology);

  /** Returns what {@link #declare} would do, without a side effect (Z-01). */
  TopologyPlan plan(Topology topology);

  /**
   * Checks that a topology is there, without a side effect; things that cannot be seen pass.
   *
   * @throws NotFoundException when something is missing
   * @throws DeclarationConflictException when something has other properties
   */
  void verify(Topology topology);

  /**
   * Makes a binding; returns when it is confirmed and applied here. Every publish invoked after
   * that, anywhere, is routed with it. An equal one changes nothing.
   */
  void bind(Binding binding);

  /**
   * Removes a binding; returns when that is confirmed and applied here. One that is not there
   * changes nothing.
   */
  void unbind(Binding binding);

  /** Returns whether messages can flow. */
  Health health();

  /**
   * Returns every configuration key in force with its value and where that came from, secrets
   * redacted, a line each.
   */
  String effectiveConfig();

  /**
   * Returns the native object of a type, where the backend documents one. Using it leaves this
   * library's guarantees.
   */
  <T> Optional<T> unwrap(Class<T> type);

  /** Closes with a timeout of 30 seconds. Idempotent (Y-03). */
  @Override
  void close();

  /**
   * Closes all consumers, then all producers, then the connection.
   *
   * @return whether everything ended in time
   */
  boolean close(Duration timeout);
}
