package dev.mq.tools.bench;

import dev.mq.api.Broker;
import dev.mq.api.BrokerConfig;
import dev.mq.inmemory.InMemoryEngine;
import dev.mq.inmemory.InMemoryProvider;
import dev.mq.spi.BackendConfig;
import dev.mq.spi.BackendContext;
import dev.mq.spi.BackendSession;
import dev.mq.spi.ConfigKey;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Opens engines of their own, with the system's clock: as users do, and as the runtime does. */
public final class Embedded {
  private static final AtomicLong NUMBER = new AtomicLong();

  private Embedded() {}

  /** Opens a broker on an engine that nobody else uses. */
  public static Broker broker() {
    return Broker.open(
        BrokerConfig.builder()
            .isolated()
            .set("mq.backend", "inmemory")
            .set("mq.inmemory.engine", freshName())
            .build());
  }

  /** Opens a session of the driver, without the runtime. */
  public static BackendSession session() {
    return new InMemoryProvider().open(new Context(freshName()));
  }

  /** Ends the engine behind a broker. */
  public static void close(Broker broker) {
    Optional<InMemoryEngine> engine = broker.unwrap(InMemoryEngine.class);
    broker.close();
    engine.ifPresent(InMemoryEngine::close);
  }

  private static String freshName() {
    return "bench-" + NUMBER.incrementAndGet();
  }

  /** Settings by default but for the name of the engine. */
  private record Context(String engine) implements BackendContext, BackendConfig, TimeSource {
    @Override
    public String brokerName() {
      return "bench";
    }

    @Override
    public BackendConfig config() {
      return this;
    }

    @Override
    public TimeSource time() {
      return this;
    }

    @Override
    public ThreadFactory threads(String role) {
      return Thread::new;
    }

    @Override
    public void connectionLost(String what, dev.mq.api.@Nullable MqException error) {}

    @Override
    public void connectionRecovered(String what) {}

    @Override
    public <T> T get(ConfigKey<T> key) {
      return find(key).orElseThrow();
    }

    @Override
    public <T> Optional<T> find(ConfigKey<T> key) {
      String text = key.name().equals("mq.inmemory.engine") ? engine : key.defaultText();
      return text == null ? Optional.empty() : Optional.of(key.parse(text, "benchmark"));
    }

    @Override
    public Map<String, String> nativeSettings() {
      return Map.of();
    }

    @Override
    public Instant now() {
      return Instant.now();
    }

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
      throw new IllegalStateException("the embedded engine has timers of its own");
    }
  }
}
