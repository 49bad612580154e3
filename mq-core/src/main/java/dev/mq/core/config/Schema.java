package dev.mq.core.config;

import dev.mq.spi.BackendProvider;
import dev.mq.spi.CommonKeys;
import dev.mq.spi.ConfigKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which keys exist. Names inside keys may hold dots, so a key is understood from its end: {@code
 * mq.consumers.account.events.prefetch} is {@code prefetch} of {@code account.events}. Immutable.
 */
final class Schema {
  static final String BROKERS = "mq.brokers.";
  static final String CONSUMERS = "mq.consumers.";
  static final String PRODUCERS = "mq.producers.";
  private static final String TOP = "mq.";
  private static final String NATIVE = ".native.";
  private static final String NAME = "<name>";
  private static final Set<String> SHIPPED = Set.of("inmemory", "rabbit", "kafka");

  private final Map<String, ConfigKey<?>> fixed = new LinkedHashMap<>();
  private final Map<String, List<ConfigKey<?>>> backends = new TreeMap<>();
  private final Set<String> tolerated = new LinkedHashSet<>(SHIPPED);

  /**
   * Collects the keys.
   *
   * @param known the backends whose keys are checked
   * @param wanted names of other backends that the configuration selects; that they are missing is
   *     told by whoever opens them
   */
  Schema(Collection<? extends BackendProvider> known, Collection<String> wanted) {
    RuntimeKeys.ALL.forEach(k -> fixed.put(k.name(), k));
    CommonKeys.ALL.forEach(k -> fixed.put(k.name(), k));
    tolerated.addAll(wanted);
    for (BackendProvider p : known) {
      backends.put(p.name(), List.copyOf(p.keys()));
      tolerated.remove(p.name());
      p.keys().forEach(k -> fixed.put(k.name(), k));
    }
  }

  /** Returns the prefix of the settings that go to the client library of a backend as they are. */
  static String nativePrefix(String backend) {
    return TOP + backend + NATIVE;
  }

  Set<String> backends() {
    return backends.keySet();
  }

  /** Returns the keys a backend declares; none when it is not there. */
  List<ConfigKey<?>> backendKeys(String backend) {
    return backends.getOrDefault(backend, List.of());
  }

  Collection<ConfigKey<?>> fixed() {
    return fixed.values();
  }

  boolean knows(String key) {
    return key.startsWith(BROKERS) ? broker(key) != null : declared(key) || foreign(key);
  }

  private boolean declared(String key) {
    return fixed.containsKey(key)
        || section(key, CONSUMERS, ConsumerKeys.ALL) != null
        || section(key, PRODUCERS, ProducerKeys.ALL) != null
        || backends.keySet().stream().map(Schema::nativePrefix).anyMatch(p -> longer(key, p));
  }

  private boolean foreign(String key) {
    return tolerated.stream().anyMatch(b -> longer(key, TOP + b + "."));
  }

  private static boolean longer(String key, String prefix) {
    return key.length() > prefix.length() && key.startsWith(prefix);
  }

  /**
   * Returns the name in a key of a section such as {@code mq.consumers.<name>.prefetch}, or null
   * when it is no such key.
   */
  static @Nullable String section(String key, String prefix, List<ConfigKey<?>> keys) {
    String shortest = null;
    for (ConfigKey<?> k : keys) {
      int end = key.length() - k.name().length() - 1;
      boolean match =
          key.startsWith(prefix) && end > prefix.length() && key.endsWith("." + k.name());
      if (match && (shortest == null || end - prefix.length() < shortest.length())) {
        shortest = key.substring(prefix.length(), end);
      }
    }
    return shortest;
  }

  /**
   * Returns the name in a key of a named broker, or null when it is no such key: the shortest one
   * that leaves a declared key, else the shortest one that leaves a key of a backend that is not
   * here.
   */
  @Nullable String broker(String key) {
    if (!key.startsWith(BROKERS)) {
      return null;
    }
    String foreign = null;
    for (int dot = key.indexOf('.', BROKERS.length() + 1);
        dot > 0;
        dot = key.indexOf('.', dot + 1)) {
      String rest = TOP + key.substring(dot + 1);
      String name = key.substring(BROKERS.length(), dot);
      if (rest.startsWith(BROKERS) || rest.equals(RuntimeKeys.CONFIG.name())) {
        continue;
      }
      if (declared(rest)) {
        return name;
      }
      foreign = foreign == null && foreign(rest) ? name : foreign;
    }
    return foreign;
  }

  /**
   * Returns the known key that an unknown one looks most like, with the names taken from the
   * unknown one where it has them.
   */
  String nearest(String key) {
    List<String> candidates = new ArrayList<>(fixed.keySet());
    ConsumerKeys.ALL.forEach(k -> candidates.add(CONSUMERS + NAME + "." + k.name()));
    ProducerKeys.ALL.forEach(k -> candidates.add(PRODUCERS + NAME + "." + k.name()));
    int end = key.startsWith(BROKERS) ? key.indexOf('.', BROKERS.length() + 1) : -1;
    boolean named = end > 0 && end < key.length() - 1;
    String prefix = named ? key.substring(0, end + 1) : TOP;
    String plain = named ? TOP + key.substring(end + 1) : key;
    List<String> filled = candidates.stream().map(c -> fill(c, plain)).toList();
    String nearest = Nearest.of(plain, filled);
    return nearest == null ? RuntimeKeys.BACKEND.name() : prefix + nearest.substring(TOP.length());
  }

  /**
   * Puts the name that {@code key} has in the place of the name of a template, when it is long
   * enough to have one.
   */
  private static String fill(String template, String key) {
    int at = template.indexOf(NAME);
    if (at < 0) {
      return template;
    }
    long head = template.substring(0, at).chars().filter(c -> c == '.').count();
    long tail = template.substring(at).chars().filter(c -> c == '.').count();
    List<String> parts = List.of(key.split("\\.", -1));
    return parts.size() <= head + tail
        ? template
        : template.replace(
            NAME, String.join(".", parts.subList((int) head, parts.size() - (int) tail)));
  }
}
