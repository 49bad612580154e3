package dev.mq.examples.pipeline.sabotage;

import dev.mq.api.MqException;
import dev.mq.spi.BackendConfig;
import dev.mq.spi.BackendContext;
import dev.mq.spi.ConfigKey;
import dev.mq.spi.TimeSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * What the engine behind the saboteur is opened with: the same as the saboteur, but its keys other
 * than its name have their defaults.
 */
record EngineContext(BackendContext outer) implements BackendContext {
  private static final String ENGINE = "mq.inmemory.engine";

  @Override
  public String brokerName() {
    return outer.brokerName();
  }

  @Override
  public BackendConfig config() {
    return new Defaults(outer.config().get(SabotagedBackend.ENGINE));
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

  /** The defaults of the engine's keys, but for its name. */
  private record Defaults(String engine) implements BackendConfig {
    @Override
    public <T> T get(ConfigKey<T> key) {
      return find(key).orElseThrow();
    }

    @Override
    public <T> Optional<T> find(ConfigKey<T> key) {
      String text = key.name().equals(ENGINE) ? engine : key.defaultText();
      return Optional.ofNullable(text).map(known -> key.parse(known, "default"));
    }

    @Override
    public Map<String, String> nativeSettings() {
      return Map.of();
    }
  }
}
