package dev.mq.core.config;

import dev.mq.api.ConfigException;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.spi.BackendConfig;
import dev.mq.spi.CommonKeys;
import dev.mq.spi.ConfigKey;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the selected backend sees: the common keys, its own and its native settings. */
final class BackendSettings implements BackendConfig {
  private final String nativePrefix;
  private final Set<String> declared = new HashSet<>();
  private final Values values;

  BackendSettings(String backend, List<ConfigKey<?>> keys, Values values) {
    this.nativePrefix = Schema.nativePrefix(backend);
    this.values = values;
    CommonKeys.ALL.forEach(k -> declared.add(k.name()));
    keys.forEach(k -> declared.add(k.name()));
  }

  @Override
  public <T> T get(ConfigKey<T> key) {
    Optional<T> found = find(key);
    if (found.isPresent()) {
      return found.get();
    }
    String otherwise = key.defaultText();
    if (otherwise == null) {
      throw new ConfigException(
          key.name()
              + ": is not set and has no default ("
              + key.doc()
              + "); set it or "
              + Sources.variable(key.name()));
    }
    return key.parse(otherwise, "default");
  }

  @Override
  public <T> Optional<T> find(ConfigKey<T> key) {
    if (!declared.contains(key.name())) {
      throw new MqException(
          ErrorCode.INTERNAL,
          key.name() + ": the backend asks for this key and does not declare it");
    }
    return values.find(key.name(), key);
  }

  @Override
  public Map<String, String> nativeSettings() {
    return Map.copyOf(values.under(nativePrefix));
  }
}
