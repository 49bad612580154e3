package dev.mq.core.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Surroundings made up by a test. */
final class FakeEnvironment implements Environment {
  private final Map<String, String> properties = new HashMap<>();
  private final Map<String, String> variables = new HashMap<>();
  private final List<URL> resources = new ArrayList<>();
  private final Path directory;

  FakeEnvironment(Path directory) {
    this.directory = directory;
  }

  FakeEnvironment property(String name, String value) {
    properties.put(name, value);
    return this;
  }

  FakeEnvironment variable(String name, String value) {
    variables.put(name, value);
    return this;
  }

  /** Writes a file relative to the working directory. */
  FakeEnvironment file(String name, String... lines) {
    write(name, lines);
    return this;
  }

  /** Writes a file and puts it on the class path. */
  FakeEnvironment resource(String name, String... lines) {
    try {
      resources.add(write(name, lines).toUri().toURL());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  private Path write(String name, String... lines) {
    try {
      Path path = directory.resolve(name);
      Files.createDirectories(path.getParent());
      return Files.write(path, List.of(lines));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Map<String, String> properties() {
    return properties;
  }

  @Override
  public Map<String, String> variables() {
    return variables;
  }

  @Override
  public Path directory() {
    return directory;
  }

  @Override
  public List<URL> resources(String name) {
    return resources.stream().filter(u -> u.getPath().endsWith("/" + name)).toList();
  }
}
