package dev.mq.core.config;

import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What configuration sees of the process around it. Thread-safe. */
public interface Environment {
  /** Returns the system properties. */
  Map<String, String> properties();

  /** Returns the environment variables. */
  Map<String, String> variables();

  /** Returns the working directory, which relative paths start from. */
  Path directory();

  /** Returns the class path's resources of a name, each once. */
  List<URL> resources(String name);

  /** Returns the one of this process. */
  static Environment system() {
    return SystemEnvironment.INSTANCE;
  }
}
