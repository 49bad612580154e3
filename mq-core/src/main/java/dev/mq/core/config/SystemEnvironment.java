package dev.mq.core.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** The process as it is. */
enum SystemEnvironment implements Environment {
  INSTANCE;

  @Override
  public Map<String, String> properties() {
    Properties all = System.getProperties();
    Map<String, String> copy = new HashMap<>();
    for (String name : all.stringPropertyNames()) {
      String value = all.getProperty(name);
      if (value != null) {
        copy.put(name, value);
      }
    }
    return copy;
  }

  @Override
  public Map<String, String> variables() {
    return System.getenv();
  }

  @Override
  public Path directory() {
    return Path.of("").toAbsolutePath();
  }

  @Override
  public List<URL> resources(String name) {
    // Text instead of URL as the key: equality of URLs may resolve host names.
    Map<String, URL> found = new LinkedHashMap<>();
    collect(Thread.currentThread().getContextClassLoader(), name, found);
    collect(SystemEnvironment.class.getClassLoader(), name, found);
    return List.copyOf(found.values());
  }

  private static void collect(@Nullable ClassLoader loader, String name, Map<String, URL> into) {
    if (loader == null) {
      return;
    }
    try {
      loader
          .getResources(name)
          .asIterator()
          .forEachRemaining(u -> into.putIfAbsent(u.toString(), u));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look for " + name + " on the class path", e);
    }
  }
}
