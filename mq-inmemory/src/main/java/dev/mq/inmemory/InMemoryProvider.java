package dev.mq.inmemory;

import dev.mq.inmemory.internal.InMemorySession;
import dev.mq.spi.BackendContext;
import dev.mq.spi.BackendProvider;
import dev.mq.spi.BackendSession;
import dev.mq.spi.ConfigKey;
import dev.mq.spi.Spi;
import java.time.Duration;
import java.util.List;

/** The embedded backend, selected by {@code mq.backend=inmemory}. Thread-safe. */
public final class InMemoryProvider implements BackendProvider {
  static final ConfigKey<String> ENGINE =
      ConfigKey.text(
          "mq.inmemory.engine",
          "default",
          "Name of the engine. Brokers of this process with the same name share queues and logs.");

  static final ConfigKey<Duration> SESSION_TIMEOUT =
      ConfigKey.duration(
          "mq.inmemory.session-timeout",
          Duration.ofSeconds(45),
          Duration.ofMillis(10),
          Duration.ofDays(1),
          "How long a member of a log group may go without asking for records before it loses its"
              + " partitions.");

  static final ConfigKey<Long> MAX_BODY_BYTES =
      ConfigKey.number(
          "mq.inmemory.max-body-bytes",
          16 << 20,
          1,
          Integer.MAX_VALUE,
          "The largest body in bytes that this broker publishes.");

  /** Creates the provider; it does nothing by itself. */
  public InMemoryProvider() {}

  @Override
  public String name() {
    return "inmemory";
  }

  @Override
  public int spiVersion() {
    return Spi.VERSION;
  }

  @Override
  public List<ConfigKey<?>> keys() {
    return List.of(ENGINE, SESSION_TIMEOUT, MAX_BODY_BYTES);
  }

  @Override
  public BackendSession open(BackendContext context) {
    InMemoryEngine engine = InMemoryEngine.named(context.config().get(ENGINE));
    return new InMemorySession(
        engine.internal(),
        context,
        engine,
        context.config().get(MAX_BODY_BYTES).intValue(),
        context.config().get(SESSION_TIMEOUT));
  }
}
