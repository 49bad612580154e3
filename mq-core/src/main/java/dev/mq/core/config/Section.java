package dev.mq.core.config;

import dev.mq.spi.ConfigKey;
import java.util.Optional;

/**
 * The keys of one named thing, such as {@code mq.consumers.email.*}; key names are relative to it.
 * Immutable.
 */
public interface Section {
  /** Returns the value configured for a key, if any; its default is not looked at. */
  <T> Optional<T> find(ConfigKey<T> key);

  /**
   * Returns the value configured for a key, else {@code otherwise} (what the program said, or the
   * default).
   */
  default <T> T get(ConfigKey<T> key, T otherwise) {
    return find(key).orElse(otherwise);
  }
}
