package dev.mq.api;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What a program says in code when it opens a broker. Immutable. Keys set here win over system
 * properties, environment and files; see the configuration page for all keys.
 *
 * <pre>{@code
 * Broker broker = Broker.open(BrokerConfig.builder().set("mq.backend", "inmemory").build());
 * }</pre>
 */
public final class BrokerConfig {
  private final String name;
  private final Map<String, String> overrides;
  private final @Nullable Path file;
  private final boolean ambient;
  private final @Nullable Executor executor;
  private final @Nullable BrokerListener listener;

  private BrokerConfig(Builder b) {
    this.name = b.name;
    this.overrides = Map.copyOf(b.overrides);
    this.file = b.file;
    this.ambient = b.ambient;
    this.executor = b.executor;
    this.listener = b.listener;
  }

  /**
   * Returns a builder: no override, name {@code default}, everything else from the surroundings.
   */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns a builder that starts with this configuration. */
  public Builder toBuilder() {
    Builder b = new Builder();
    b.name = name;
    b.overrides.putAll(overrides);
    b.file = file;
    b.ambient = ambient;
    b.executor = executor;
    b.listener = listener;
    return b;
  }

  /** Returns which of the named brokers of the configuration to open. */
  public String name() {
    return name;
  }

  /** Returns the keys set in code. */
  public Map<String, String> overrides() {
    return overrides;
  }

  /** Returns the file to read, or null to look for one in the usual places. */
  public @Nullable Path file() {
    return file;
  }

  /** Returns whether system properties, environment and files are looked at. */
  public boolean ambient() {
    return ambient;
  }

  /** Returns the executor for handlers, or null for threads of the library. */
  public @Nullable Executor executor() {
    return executor;
  }

  /** Returns who is told of events, or null. */
  public @Nullable BrokerListener listener() {
    return listener;
  }

  /** Returns the name and the keys, without values: they may be secrets (S-04). */
  @Override
  public String toString() {
    return "BrokerConfig[name=" + name + ", keys=" + overrides.keySet() + "]";
  }

  /** Collects a configuration. Not thread-safe. */
  public static final class Builder {
    private String name = "default";
    private final Map<String, String> overrides = new LinkedHashMap<>();
    private @Nullable Path file;
    private boolean ambient = true;
    private @Nullable Executor executor;
    private @Nullable BrokerListener listener;

    private Builder() {}

    /** Chooses one of the named brokers ({@code mq.brokers.<name>.*}). */
    public Builder name(String name) {
      this.name = requireNonNull(name, "name");
      return this;
    }

    /** Sets a key such as {@code mq.backend}. */
    public Builder set(String key, String value) {
      overrides.put(requireNonNull(key, "key"), requireNonNull(value, "value"));
      return this;
    }

    /** Sets a key to a duration. */
    public Builder set(String key, Duration value) {
      return set(key, requireNonNull(value, "value").toMillis() + "ms");
    }

    /** Sets all keys of a map. */
    public Builder setAll(Map<String, String> keys) {
      requireNonNull(keys, "keys").forEach(this::set);
      return this;
    }

    /** Reads this file instead of looking for one. It must exist. */
    public Builder file(@Nullable Path file) {
      this.file = file;
      return this;
    }

    /** Looks at nothing but what is set in code; for tests. */
    public Builder isolated() {
      this.ambient = false;
      return this;
    }

    /**
     * Runs handlers on an executor of the program's own, such as virtual threads; it is not shut
     * down.
     */
    public Builder executor(@Nullable Executor executor) {
      this.executor = executor;
      return this;
    }

    /** Is told of events. */
    public Builder listener(@Nullable BrokerListener listener) {
      this.listener = listener;
      return this;
    }

    /** Returns the configuration. */
    public BrokerConfig build() {
      return new BrokerConfig(this);
    }
  }
}
