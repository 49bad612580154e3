package dev.mq.core.config;

import dev.mq.api.ConfigException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Replaces <code>${env:NAME}</code> and <code>${file:PATH}</code>. What a placeholder stands for is
 * taken as it is, never searched for placeholders. <code>$${</code> is a plain <code>${</code>. An
 * error names key and source and what is missing, never a value (S-04).
 */
final class Placeholders {
  private static final String ENV = "env:";
  private static final String FILE = "file:";

  private final Environment environment;

  Placeholders(Environment environment) {
    this.environment = environment;
  }

  static boolean in(String text) {
    return text.contains("${");
  }

  String resolve(Setting setting) {
    String text = setting.text();
    if (!in(text)) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    int from = 0;
    for (int at = text.indexOf("${"); at >= 0; at = text.indexOf("${", from)) {
      if (at > from && text.charAt(at - 1) == '$') {
        out.append(text, from, at - 1).append("${");
        from = at + 2;
        continue;
      }
      int end = text.indexOf('}', at);
      if (end < 0) {
        throw bad(setting, "a placeholder has no end; write $${ for a plain ${");
      }
      out.append(text, from, at).append(value(text.substring(at + 2, end), setting));
      from = end + 1;
    }
    return out.append(text, from, text.length()).toString();
  }

  private String value(String placeholder, Setting setting) {
    if (placeholder.startsWith(ENV)) {
      return variable(placeholder.substring(ENV.length()).strip(), setting);
    }
    if (placeholder.startsWith(FILE)) {
      return content(placeholder.substring(FILE.length()).strip(), setting);
    }
    throw bad(
        setting, "a placeholder is neither ${env:NAME} nor ${file:PATH}; write $${ for a plain ${");
  }

  private String variable(String name, Setting setting) {
    String value = environment.variables().get(name);
    if (value == null) {
      throw bad(setting, "environment variable " + name + " is not set");
    }
    return value;
  }

  private String content(String name, Setting setting) {
    try {
      Path path = environment.directory().resolve(name);
      return Files.readString(path).strip();
    } catch (NoSuchFileException e) {
      throw bad(setting, "file " + name + " does not exist");
    } catch (CharacterCodingException e) {
      throw bad(setting, "file " + name + " is not UTF-8");
    } catch (IOException | InvalidPathException e) {
      throw bad(setting, "file " + name + " cannot be read (" + e.getClass().getSimpleName() + ")");
    }
  }

  private static ConfigException bad(Setting setting, String why) {
    return new ConfigException(setting.key() + " (" + setting.source() + "): " + why);
  }
}
