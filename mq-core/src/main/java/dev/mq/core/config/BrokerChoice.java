package dev.mq.core.config;

import dev.mq.api.ConfigException;
import java.util.Set;
import java.util.TreeSet;

/** Decides which of the named brokers is opened. */
final class BrokerChoice {
  static final String DEFAULT = "default";

  private BrokerChoice() {}

  /**
   * Returns the name of the broker to open: the one asked for; for {@code default} the one of this
   * name, else the only one, else {@code default} for the top level.
   */
  static String of(String wanted, Sources sources, Schema schema) {
    Set<String> names = new TreeSet<>();
    for (String key : sources.keys()) {
      String name = schema.broker(key);
      if (name != null) {
        names.add(name);
      }
    }
    if (names.contains(wanted) || configured(wanted, sources, schema)) {
      return wanted;
    }
    if (!wanted.equals(DEFAULT)) {
      String nearest = Nearest.of(wanted, names);
      throw new ConfigException(
          "open: broker '"
              + wanted
              + "' is not configured, no key starts with "
              + Schema.BROKERS
              + wanted
              + "."
              + (nearest == null
                  ? ""
                  : "; there are " + names + ", the nearest is '" + nearest + "'"));
    }
    if (names.size() > 1) {
      throw new ConfigException(
          "open: several brokers are configured and none is called 'default'; open one of "
              + names
              + " by its name");
    }
    return names.isEmpty() ? DEFAULT : names.iterator().next();
  }

  /** Also sees what is only in the environment, where names can be looked up but not listed. */
  private static boolean configured(String name, Sources sources, Schema schema) {
    String prefix = Schema.BROKERS + name + ".";
    return sources.keys().stream().anyMatch(k -> k.startsWith(prefix) && schema.knows(k))
        || schema.fixed().stream()
            .filter(k -> k != RuntimeKeys.CONFIG)
            .anyMatch(
                k -> sources.surroundings(prefix + k.name().substring("mq.".length())) != null);
  }
}
