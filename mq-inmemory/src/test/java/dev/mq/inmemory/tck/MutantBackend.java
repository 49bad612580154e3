package dev.mq.inmemory.tck;

import static java.util.Objects.requireNonNull;

import dev.mq.api.MqException;
import dev.mq.inmemory.InMemoryProvider;
import dev.mq.spi.BackendConfig;
import dev.mq.spi.BackendContext;
import dev.mq.spi.BackendProvider;
import dev.mq.spi.BackendSession;
import dev.mq.spi.ConfigKey;
import dev.mq.spi.Spi;
import dev.mq.spi.TimeSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** The embedded engine with a {@link Mutant} between it and the runtime. */
public final class MutantBackend implements BackendProvider {
  static final ConfigKey<Mutant> MUTANT =
      ConfigKey.choice(
          "mq.mutant.kind", Mutant.class, Mutant.FORGETS_ACKS, "How the engine is broken.");

  static final ConfigKey<String> ENGINE =
      ConfigKey.text("mq.mutant.engine", "mutant", "Name of the engine that is broken.");

  @Override
  public String name() {
    return "mutant";
  }

  @Override
  public int spiVersion() {
    return Spi.VERSION;
  }

  @Override
  public List<ConfigKey<?>> keys() {
    return List.of(MUTANT, ENGINE);
  }

  @Override
  public BackendSession open(BackendContext context) {
    return new MutantSession(
        new InMemoryProvider().open(new EngineContext(context)),
        context.config().get(MUTANT).make());
  }

  /** What the engine is opened with: defaults for its keys, but for its name. */
  private record EngineContext(BackendContext outer) implements BackendContext, BackendConfig {
    @Override
    public String brokerName() {
      return outer.brokerName();
    }

    @Override
    public BackendConfig config() {
      return this;
    }

    @Override
    public TimeSource time() {
      return outer.time();
    }

    @Override
    public ThreadFactory threads(String role) {
      return outer.threads(role);
    }

    @Override
    public void connectionLost(String what, @Nullable MqException error) {
      outer.connectionLost(what, error);
    }

    @Override
    public void connectionRecovered(String what) {
      outer.connectionRecovered(what);
    }

    @Override
    public <T> T get(ConfigKey<T> key) {
      return find(key).orElseThrow();
    }

    @Override
    public <T> Optional<T> find(ConfigKey<T> key) {
      String text =
          key.name().equals("mq.inmemory.engine")
              ? outer.config().get(ENGINE)
              : requireNonNull(key.defaultText(), key.name());
      return Optional.of(key.parse(text, "test"));
    }

    @Override
    public Map<String, String> nativeSettings() {
      return Map.of();
    }
  }
}
