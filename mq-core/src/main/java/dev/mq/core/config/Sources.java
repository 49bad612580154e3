package dev.mq.core.config;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Everything that was configured, by source. Names are looked up in the environment, which is never
 * searched: others put variables there that look like ours. A blank variable counts as not set.
 * Immutable.
 */
final class Sources {
  static final String CODE = "code";
  private static final String PROPERTY = "system property";
  private static final String PREFIX = "mq.";

  private final Map<String, String> code;
  private final Map<String, String> properties;
  private final Map<String, String> variables;
  private final ConfigFile file;

  Sources(
      Map<String, String> code,
      Map<String, String> properties,
      Map<String, String> variables,
      ConfigFile file) {
    this.code = code;
    this.properties = properties;
    this.variables = variables;
    this.file = file;
  }

  /**
   * Returns the name of a key in the environment: upper case, with {@code _} for all that is
   * neither ASCII letter nor digit.
   */
  static String variable(String key) {
    StringBuilder name = new StringBuilder(key.length());
    key.codePoints().forEach(c -> name.append(plain(c) ? (char) c : '_'));
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      name.setCharAt(i, c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c);
    }
    return name.toString();
  }

  private static boolean plain(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  @Nullable Setting code(String key) {
    return setting(key, code.get(key), CODE);
  }

  /** Looks in system properties, environment and file, in this order. */
  @Nullable Setting surroundings(String key) {
    Setting property = setting(key, properties.get(key), PROPERTY);
    if (property != null) {
      return property;
    }
    String variable = variable(key);
    String value = variables.get(variable);
    if (value != null && !value.isBlank()) {
      return new Setting(key, value, "environment variable " + variable);
    }
    return setting(key, file.keys().get(key), file.source());
  }

  private static @Nullable Setting setting(String key, @Nullable String text, String source) {
    return text == null ? null : new Setting(key, text, source);
  }

  /** Returns the keys of code and file, which have to be known, with their source. */
  Map<String, String> strict() {
    Map<String, String> keys = new TreeMap<>();
    file.keys().keySet().forEach(k -> keys.put(k, file.source()));
    code.keySet().forEach(k -> keys.put(k, CODE));
    return keys;
  }

  /** Returns the system properties that look like ours. */
  Set<String> properties() {
    Set<String> keys = new TreeSet<>();
    properties.keySet().stream().filter(k -> k.startsWith(PREFIX)).forEach(keys::add);
    return keys;
  }

  /** Returns every key that can be seen: all but those of the environment. */
  Set<String> keys() {
    Set<String> keys = properties();
    keys.addAll(strict().keySet());
    return keys;
  }
}
