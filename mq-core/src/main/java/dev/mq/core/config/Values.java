package dev.mq.core.config;

import dev.mq.spi.ConfigKey;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Turns settings of one broker into values. Nothing is kept: a placeholder is read again whenever
 * its key is asked for. Thread-safe.
 */
final class Values {
  private final Lookup lookup;
  private final Placeholders placeholders;

  Values(Lookup lookup, Placeholders placeholders) {
    this.lookup = lookup;
    this.placeholders = placeholders;
  }

  /** Returns the value of a key by its full name; the default is not looked at. */
  <T> Optional<T> find(String name, ConfigKey<T> key) {
    Setting setting = lookup.find(name);
    return setting == null
        ? Optional.empty()
        : Optional.of(
            key.named(setting.key())
                .parse(placeholders.resolve(setting), setting.text(), setting.source()));
  }

  /** Throws what {@link #find} would throw for this key. */
  void check(String name, ConfigKey<?> key) {
    find(name, key);
  }

  /** Returns where a key was set, as written. */
  @Nullable Setting setting(String name) {
    return lookup.find(name);
  }

  /** Returns all settings whose key starts with a prefix, as written, by the rest of the key. */
  Map<String, Setting> settings(String prefix) {
    return lookup.under(prefix);
  }

  /** Returns all values whose key starts with a prefix, by the rest of the key. */
  Map<String, String> under(String prefix) {
    Map<String, String> all = new TreeMap<>();
    lookup.under(prefix).forEach((key, setting) -> all.put(key, placeholders.resolve(setting)));
    return all;
  }
}
