package dev.mq.spi;

import java.util.Map;
import java.util.Optional;

/**
 * The configuration as a backend sees it: its own keys and {@link CommonKeys}, checked when the
 * broker opened. Thread-safe.
 *
 * <p>Immutable but for placeholders such as <code>${file:/run/secrets/password}</code>: those are
 * read again by every call, so a backend asks again when it reconnects. Every method throws {@link
 * dev.mq.api.ConfigException} when a placeholder cannot be read.
 */
public interface BackendConfig {
  /**
   * Returns the value of a key, else its default.
   *
   * @throws dev.mq.api.ConfigException naming the key when it is not set and has no default
   */
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
