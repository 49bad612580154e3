package dev.mq.spi;

import java.util.Map;
import java.util.Optional;

/** The configuration as a backend sees it: its own keys, parsed and checked. Immutable. */
public interface BackendConfig {
  /** Returns the value of a key that has a default. */
  <T> T get(ConfigKey<T> key);

  /** Returns the value of a key that may be unset. */
  <T> Optional<T> find(ConfigKey<T> key);

  /**
   * Returns the settings under {@code mq.<backend>.native.} for the client library, without that
   * prefix.
   *
   * @return possibly empty; the backend refuses those that would break a guarantee
   */
  Map<String, String> nativeSettings();
}
