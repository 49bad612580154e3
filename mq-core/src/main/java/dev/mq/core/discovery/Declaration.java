package dev.mq.core.discovery;

import dev.mq.spi.BackendProvider;
import dev.mq.spi.ConfigKey;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks what a backend says of itself. */
final class Declaration {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*");
  private static final Set<String> TAKEN =
      Set.of("auth", "backend", "brokers", "config", "consumers", "producers", "tls", "topology");

  private Declaration() {}

  /** Returns what is wrong, or an empty text. */
  static String error(BackendProvider provider) {
    String name = provider.name();
    if (!NAME.matcher(name).matches() || TAKEN.contains(name)) {
      return "has a name that is not lower-case letters and digits, or a section of the configuration";
    }
    String prefix = "mq." + name + ".";
    Set<String> seen = new HashSet<>();
    for (ConfigKey<?> key : provider.keys()) {
      boolean inside = key.name().startsWith(prefix) && key.name().length() > prefix.length();
      if (!inside || key.name().startsWith(prefix + "native.")) {
        return "declares the key "
            + key
            + ", which is not under "
            + prefix
            + " or is under "
            + prefix
            + "native.";
      }
      if (!seen.add(key.name())) {
        return "declares the key " + key + " twice";
      }
    }
    return "";
  }
}
