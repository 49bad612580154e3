package dev.mq.inmemory;

import static java.util.Objects.requireNonNull;

import dev.mq.api.BrokerConfig;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.inmemory.internal.Engine;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An embedded messaging system: what brokers with {@code mq.backend=inmemory} connect to. Several
 * brokers of a process may share one, as several clients share a server; it lives until it is
 * closed, with or without a broker. Thread-safe.
 *
 * <p>{@link #create()} makes one for a test, whose clock stands still until the test advances it,
 * so that two minutes of outage take no time:
 *
 * <pre>{@code
 * try (InMemoryEngine engine = InMemoryEngine.create(); Broker broker = Broker.open(engine.config())) {
 *   startService(broker);
 *   engine.faults(42).disconnect("email").afterDeliveries(2).healAfter(Duration.ofMinutes(2));
 *   publishOrders(broker, 10);
 *   engine.clock().advance(Duration.ofMinutes(10));
 *   engine.awaitIdle(Duration.ofSeconds(5));
 *   engine.assertAllFaultsFired();
 * }
 * }</pre>
 */
public final class InMemoryEngine implements AutoCloseable {
  private static final String PRIVATE_PREFIX = "private-";
  private static final Map<String, InMemoryEngine> ENGINES = new ConcurrentHashMap<>();
  private static final AtomicLong NUMBER = new AtomicLong();

  private final String name;
  private final Engine engine;

  private InMemoryEngine(String name, Engine engine) {
    this.name = name;
    this.engine = engine;
  }

  /**
   * Creates an engine of its own for a test, with a clock that stands still until it is advanced.
   * Close it after the test.
   */
  public static InMemoryEngine create() {
    String name = PRIVATE_PREFIX + NUMBER.incrementAndGet();
    InMemoryEngine made = new InMemoryEngine(name, Engine.withManualClock(name));
    ENGINES.put(name, made);
    return made;
  }

  /**
   * Returns the engine that {@code mq.inmemory.engine} selects by this name ({@code default}
   * without the key). The first call makes it, with the system's clock.
   *
   * @throws MqException {@code UNAVAILABLE} for the name of an engine made by {@link #create()}
   *     that is closed
   */
  public static InMemoryEngine named(String name) {
    InMemoryEngine known = ENGINES.get(requireNonNull(name, "name"));
    if (known != null) {
      return known;
    }
    if (name.startsWith(PRIVATE_PREFIX)) {
      throw new MqException(ErrorCode.UNAVAILABLE, "open: engine '" + name + "' is closed");
    }
    return ENGINES.computeIfAbsent(name, n -> new InMemoryEngine(n, Engine.withSystemClock(n)));
  }

  /** Returns the name. */
  public String name() {
    return name;
  }

  /**
   * Returns a configuration that opens brokers called {@code default} on this engine and looks at
   * nothing but itself.
   */
  public BrokerConfig config() {
    return BrokerConfig.builder()
        .isolated()
        .set("mq.backend", "inmemory")
        .set(InMemoryProvider.ENGINE.name(), name)
        .build();
  }

  /**
   * Returns such a configuration for brokers of another name, so that one of several can be
   * {@linkplain #kill killed}.
   */
  public BrokerConfig config(String broker) {
    return config().toBuilder()
        .name(broker)
        .set("mq.brokers." + broker + ".backend", "inmemory")
        .build();
  }

  /** Returns the clock. */
  public InMemoryClock clock() {
    return new InMemoryClock(engine);
  }

  /**
   * Waits until there is nothing to do: no message that a connected consumer could take, none in
   * hand, no record that a group with members has not committed, no partition on the move. Messages
   * that wait for a retry do not count: advance the clock first.
   *
   * <p>Reacts to events; the timeout is real time.
   *
   * @throws AssertionError saying what is left when the time is over
   * @throws MqException {@code INTERRUPTED}
   */
  public void awaitIdle(Duration timeout) {
    String left;
    try {
      left = engine.rest().await(requireNonNull(timeout, "timeout"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MqException(ErrorCode.INTERRUPTED, true, true, "awaitIdle: interrupted", e);
    }
    if (!left.isEmpty()) {
      throw new AssertionError("engine '" + name + "' is not idle after " + timeout + ": " + left);
    }
  }

  /**
   * Returns a queue to look into.
   *
   * @throws NotFoundException when there is none of this name
   */
  public InMemoryQueue queue(String queue) {
    return engine
        .newestQueue(requireNonNull(queue, "queue"))
        .map(InMemoryQueue::new)
        .orElseThrow(
            () ->
                new NotFoundException(
                    "queue:" + queue + ": engine '" + name + "' has no such queue"));
  }

  /**
   * Kills the brokers of a name as the death of their process would: without closing. Their
   * publishes fail, what their consumers have in hand returns to the queues, their group members
   * have lost their partitions, their exclusive and temporary queues are gone. The broker object
   * stays dead; open another one.
   *
   * @throws NotFoundException when no broker of this name is connected
   */
  public void kill(String broker) {
    if (engine.kill(requireNonNull(broker, "broker")) == 0) {
      throw new NotFoundException(
          "kill: no broker '" + broker + "' is connected to engine '" + name + "'");
    }
  }

  /**
   * Returns the faults of this engine and sets the seed of their random choices. Faults added
   * before stay.
   */
  public InMemoryFaults faults(long seed) {
    engine.faults().seed(seed);
    return new InMemoryFaults(engine);
  }

  /**
   * Checks that every fault that was added has happened at least once, so that a test cannot pass
   * without its outage.
   *
   * @throws AssertionError naming those that have not
   */
  public void assertAllFaultsFired() {
    String left = engine.faults().unfired();
    if (!left.isEmpty()) {
      throw new AssertionError(left);
    }
  }

  Engine internal() {
    return engine;
  }

  /** Ends every broker's connection to this engine and forgets what it holds. Idempotent. */
  @Override
  public void close() {
    ENGINES.remove(name, this);
    engine.close();
  }

  @Override
  public String toString() {
    return "InMemoryEngine[" + name + "]";
  }
}
