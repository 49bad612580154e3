package dev.mq.core.config;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the setting in force of one broker. First come the overrides in code, which are about the
 * broker being opened. Then what the other sources say of this broker by name, then what they say
 * at the top level; each in the order system properties, environment, file. Immutable.
 */
final class Lookup {
  private static final String TOP = "mq.";

  private final Sources sources;
  private final String own;

  Lookup(Sources sources, String broker) {
    this.sources = sources;
    this.own = Schema.BROKERS + broker + ".";
  }

  /** Returns the setting of a key such as {@code mq.backend}. */
  @Nullable Setting find(String key) {
    String mine = own + key.substring(TOP.length());
    Setting found = sources.code(mine);
    found = found != null ? found : sources.code(key);
    found = found != null ? found : sources.surroundings(mine);
    return found != null ? found : sources.surroundings(key);
  }

  /**
   * Returns the keys that can be seen, as top-level keys: those of this broker without its name,
   * none of other brokers.
   */
  Set<String> keys() {
    Set<String> keys = new TreeSet<>();
    for (String key : sources.keys()) {
      if (key.startsWith(own)) {
        keys.add(TOP + key.substring(own.length()));
      } else if (!key.startsWith(Schema.BROKERS)) {
        keys.add(key);
      }
    }
    return keys;
  }

  /** Returns the settings in force whose key starts with a prefix, by the rest of the key. */
  Map<String, Setting> under(String prefix) {
    Map<String, Setting> all = new TreeMap<>();
    for (String key : keys()) {
      Setting found = key.length() > prefix.length() && key.startsWith(prefix) ? find(key) : null;
      if (found != null) {
        all.put(key.substring(prefix.length()), found);
      }
    }
    return all;
  }
}
