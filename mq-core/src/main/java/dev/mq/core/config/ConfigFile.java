package dev.mq.core.config;

import dev.mq.api.BrokerConfig;
import dev.mq.api.ConfigException;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.net.URL;
import java.net.URLConnection;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds and reads the configuration file: properties, or JSON when its name ends in {@code .json};
 * both in UTF-8.
 */
final class ConfigFile {
  private static final String NAME = "mq.properties";

  private final String source;
  private final Map<String, String> keys;

  private ConfigFile(String source, Map<String, String> keys) {
    this.source = source;
    this.keys = keys;
  }

  /** Returns where it was read from, for people. */
  String source() {
    return source;
  }

  Map<String, String> keys() {
    return keys;
  }

  static ConfigFile find(BrokerConfig config, Environment environment) {
    Path explicit = config.file();
    Setting named = named(config, environment);
    if (explicit != null) {
      if (named != null && named.source().equals(Sources.CODE)) {
        throw new ConfigException(
            named.key() + " (" + named.source() + "): a file is given as well, to the builder");
      }
      return read(environment.directory().resolve(explicit), "given in code");
    }
    if (named != null) {
      return read(path(named, environment), named.key() + ", " + named.source());
    }
    if (!config.ambient()) {
      return new ConfigFile("no file", Map.of());
    }
    Path here = environment.directory().resolve(NAME);
    return Files.exists(here)
        ? read(here, "working directory")
        : onClassPath(environment.resources(NAME));
  }

  private static @Nullable Setting named(BrokerConfig config, Environment environment) {
    Map<String, String> none = Map.of();
    Map<String, String> properties = config.ambient() ? environment.properties() : none;
    Map<String, String> variables = config.ambient() ? environment.variables() : none;
    Sources sources =
        new Sources(config.overrides(), properties, variables, new ConfigFile("no file", none));
    String key = RuntimeKeys.CONFIG.name();
    Setting found = sources.code(key);
    found = found != null ? found : sources.surroundings(key);
    return found == null || found.text().isBlank() ? null : found;
  }

  private static Path path(Setting named, Environment environment) {
    String text = new Placeholders(environment).resolve(named).strip();
    try {
      return environment.directory().resolve(text);
    } catch (InvalidPathException e) {
      throw new ConfigException(named.key() + " (" + named.source() + "): not a path", e);
    }
  }

  private static ConfigFile onClassPath(List<URL> found) {
    if (found.size() > 1) {
      throw new ConfigException(
          "several " + NAME + " on the class path; keep one, or name one by mq.config: " + found);
    }
    if (found.isEmpty()) {
      return new ConfigFile("no file", Map.of());
    }
    URL url = found.get(0);
    String source = "class path " + url;
    try {
      URLConnection connection = url.openConnection();
      // A cached connection would keep the jar open for the life of the process.
      connection.setUseCaches(false);
      try (InputStream in = connection.getInputStream()) {
        return new ConfigFile(source, properties(text(in.readAllBytes(), source), source));
      }
    } catch (IOException e) {
      throw new ConfigException(source + ": cannot be read", e);
    }
  }

  private static ConfigFile read(Path path, String why) {
    String source = "file " + path;
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      throw new ConfigException(source + " (" + why + "): does not exist", e);
    } catch (IOException e) {
      throw new ConfigException(source + " (" + why + "): cannot be read", e);
    }
    String text = text(bytes, source);
    boolean json = path.toString().toLowerCase(Locale.ROOT).endsWith(".json");
    return new ConfigFile(source, json ? JsonFile.parse(text, source) : properties(text, source));
  }

  private static String text(byte[] bytes, String source) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new ConfigException(source + ": is not UTF-8", e);
    }
  }

  private static Map<String, String> properties(String text, String source) {
    Map<String, String> keys = new TreeMap<>();
    try {
      new Collector(keys, source).load(new StringReader(text));
    } catch (IOException | IllegalArgumentException e) {
      // Without the cause: its text may quote a value.
      throw new ConfigException(
          source + ": is not a properties file: a \\u is not followed by four hex digits");
    }
    return keys;
  }

  /** The parser of properties, which would otherwise let the last of equal keys win in silence. */
  private static final class Collector extends Properties {
    private static final long serialVersionUID = 1L;

    private final transient Map<String, String> into;
    private final transient String source;

    Collector(Map<String, String> into, String source) {
      this.into = into;
      this.source = source;
    }

    @Override
    public synchronized @Nullable Object put(Object key, Object value) {
      if (into.put((String) key, (String) value) != null) {
        throw new ConfigException(key + " (" + source + "): is there twice");
      }
      return null;
    }
  }
}
