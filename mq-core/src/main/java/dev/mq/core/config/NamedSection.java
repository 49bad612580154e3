package dev.mq.core.config;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.spi.ConfigKey;
import java.util.List;
import java.util.Optional;

/** The keys of one consumer or producer; all of them are checked when it is made. */
final class NamedSection implements Section {
  private final String prefix;
  private final List<ConfigKey<?>> keys;
  private final Values values;

  NamedSection(String prefix, List<ConfigKey<?>> keys, Values values) {
    this.prefix = prefix;
    this.keys = keys;
    this.values = values;
    keys.forEach(k -> values.check(prefix + k.name(), k));
  }

  @Override
  public <T> Optional<T> find(ConfigKey<T> key) {
    if (keys.stream().noneMatch(k -> k.name().equals(key.name()))) {
      throw new MqException(
          ErrorCode.INTERNAL, prefix + key.name() + ": is asked for and not declared");
    }
    return values.find(prefix + key.name(), key);
  }
}
