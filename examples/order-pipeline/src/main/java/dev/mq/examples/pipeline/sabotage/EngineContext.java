package dev.mq.examples.pipeline.sabotage;

import static java.util.Objects.requireNonNull;

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
 * What the engine behind the saboteur is opened with: the same as the saboteur, but its keys have
 * their defaults.
 */
record EngineContext(BackendContext outer) implements BackendContext {
  @Override
  public String brokerName() {
    return outer.brokerName();
  }

  @Override
  public BackendConfig config() {
    return Defaults.INSTANCE;
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

  private enum Defaults implements BackendConfig {
    INSTANCE;

    @Override
    public <T> T get(ConfigKey<T> key) {
      return key.parse(requireNonNull(key.defaultText(), key.name()), "default");
    }

    @Override
    public <T> Optional<T> find(ConfigKey<T> key) {
      return Optional.ofNullable(key.defaultText()).map(text -> key.parse(text, "default"));
    }

    @Override
    public Map<String, String> nativeSettings() {
      return Map.of();
    }
  }
}
