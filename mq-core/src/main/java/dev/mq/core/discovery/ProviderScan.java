package dev.mq.core.discovery;

import dev.mq.core.discovery.Backends.Refusal;
import dev.mq.spi.BackendProvider;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Collects providers from several class loaders and keeps going when one of them fails. Not
 * thread-safe.
 */
final class ProviderScan {
  /** Ends the scan of a class loader whose every answer is an error. */
  private static final int MOST_FAILURES = 100;

  private final Map<Object, BackendProvider> found = new LinkedHashMap<>();
  private final Set<String> failures = new LinkedHashSet<>();

  void scan(ClassLoader loader) {
    Iterator<BackendProvider> providers =
        ServiceLoader.load(BackendProvider.class, loader).iterator();
    int failed = 0;
    boolean more = true;
    while (more && failed < MOST_FAILURES) {
      try {
        more = providers.hasNext();
        if (more) {
          BackendProvider p = providers.next();
          found.putIfAbsent(identity(p.getClass()), p);
        }
      } catch (ServiceConfigurationError | LinkageError | RuntimeException e) {
        failed++;
        failures.add(reason(e));
      }
    }
  }

  Collection<BackendProvider> found() {
    return found.values();
  }

  List<Refusal> failures() {
    List<Refusal> all = new ArrayList<>();
    failures.forEach(f -> all.add(new Refusal("", f)));
    return all;
  }

  /** The same class file loaded by two class loaders is one backend, not two of the same name. */
  private static Object identity(Class<?> type) {
    String jar = jar(type);
    return jar == null ? type : List.of(type.getName(), jar);
  }

  /** Returns class and jar, for people. */
  static String origin(Class<?> type) {
    String jar = jar(type);
    return type.getName() + " in " + (jar == null ? "an unknown place" : jar);
  }

  private static @Nullable String jar(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    return source == null || source.getLocation() == null ? null : source.getLocation().toString();
  }

  /** Returns what failed and why, with the first cause. */
  static String reason(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String first =
        e instanceof ServiceConfigurationError ? String.valueOf(e.getMessage()) : e.toString();
    return root == e ? first : first + ": " + root;
  }
}
