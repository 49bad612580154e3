package dev.mq.inmemory;

import static java.util.Objects.requireNonNull;

import dev.mq.api.BrokerConfig;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.inmemory.internal.Engine;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** An embedded messaging system. Thread-safe. */
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

  /** Creates an engine of its own for a test, with a clock that stands still until it is advanced. */
  public static InMemoryEngine create() {
    String name = PRIVATE_PREFIX + NUMBER.incrementAndGet();
    InMemoryEngine made = new InMemoryEngine(name, Engine.withManualClock(name));
    ENGINES.put(name, made);
    return made;
  }

  /** Returns the engine of a name that {@code mq.inmemory.engine} selects; makes one with the system's clock if needed. */
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

  /** Returns a configuration that opens brokers on this engine and looks at nothing but itself. */
  public BrokerConfig config() {
    return BrokerConfig.builder()
        .isolated()
        .set("mq.backend", "inmemory")
        .set(InMemoryProvider.ENGINE.name(), name)
        .build();
  }

  /** Returns the clock. */
  public InMemoryClock clock() {
    return new InMemoryClock(engine);
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
}
