package dev.mq.api;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The capabilities of an open broker. Immutable. */
public final class Capabilities {
  private final String backend;
  private final Map<Capability<?>, Object> values;

  private Capabilities(Builder b) {
    this.backend = b.backend;
    this.values = Map.copyOf(b.values);
  }

  /** Returns a builder; for backends. */
  public static Builder builder(String backend) {
    return new Builder(backend);
  }

  /** Returns whether a capability is declared. */
  public boolean has(Capability<?> capability) {
    return values.containsKey(requireNonNull(capability, "capability"));
  }

  /** Returns the value of a capability, if it is declared. */
  public <T> Optional<T> value(Capability<T> capability) {
    Object v = values.get(requireNonNull(capability, "capability"));
    return v == null ? Optional.empty() : Optional.of(capability.type().cast(v));
  }

  /**
   * Checks that a capability is declared and returns its value.
   *
   * @throws UnsupportedCapabilityException when it is not
   */
  public <T> T require(Capability<T> capability) {
    return value(capability)
        .orElseThrow(
            () ->
                new UnsupportedCapabilityException(
                    "backend '"
                        + backend
                        + "' does not have capability '"
                        + capability.name()
                        + "'"));
  }

  @Override
  public String toString() {
    StringBuilder s = new StringBuilder(backend).append(':');
    for (Capability<?> c : Capability.all()) {
      Object v = values.get(c);
      if (v != null) {
        s.append(' ').append(c.name());
        if (!(v instanceof Boolean)) {
          s.append('=').append(v);
        }
      }
    }
    return s.toString();
  }

  /** Collects capabilities. Not thread-safe. */
  public static final class Builder {
    private final String backend;
    private final Map<Capability<?>, Object> values = new LinkedHashMap<>();

    private Builder(String backend) {
      this.backend = requireNonNull(backend, "backend");
    }

    /** Declares capabilities without a value. */
    @SafeVarargs
    public final Builder with(Capability<Boolean>... capabilities) {
      for (Capability<Boolean> c : capabilities) {
        values.put(c, true);
      }
      return this;
    }

    /** Declares a capability with its value. */
    public <T> Builder with(Capability<T> capability, T value) {
      values.put(capability, requireNonNull(value, "value"));
      return this;
    }

    /** Returns the capabilities. */
    public Capabilities build() {
      return new Capabilities(this);
    }
  }
}
