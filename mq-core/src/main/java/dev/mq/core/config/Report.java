package dev.mq.core.config;

import dev.mq.spi.ConfigKey;
import dev.mq.spi.Redaction;
import java.util.Collection;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes the effective configuration for people: {@code key = value (source)}, a line each.
 * Placeholders are shown as they were written, never what they stand for (S-04).
 */
final class Report {
  /**
   * Native settings are not declared, so whether one is a secret has to be guessed; too many hidden
   * do no harm.
   */
  private static final Pattern SENSITIVE =
      Pattern.compile(
          "passw|passphrase|secret|token|jaas|credential|key|auth", Pattern.CASE_INSENSITIVE);

  private final StringBuilder lines = new StringBuilder();
  private final Values values;

  Report(Values values) {
    this.values = values;
  }

  Report comment(String text) {
    lines.append("# ").append(text).append('\n');
    return this;
  }

  /** Adds keys by their full names, those that are not set with their default. */
  Report keys(Collection<? extends ConfigKey<?>> keys) {
    keys.forEach(k -> key(k.name(), k, k.defaultText()));
    return this;
  }

  /** Adds the keys of a section that are set; the defaults of the others are the program's. */
  Report section(String prefix, Collection<? extends ConfigKey<?>> keys) {
    keys.forEach(k -> key(prefix + k.name(), k, null));
    return this;
  }

  /** Adds the settings that go to a client library. */
  Report settings(String prefix) {
    values
        .settings(prefix)
        .forEach((name, s) -> line(s.key(), s.text(), s.source(), SENSITIVE.matcher(name).find()));
    return this;
  }

  private void key(String name, ConfigKey<?> key, @Nullable String otherwise) {
    Setting setting = values.setting(name);
    if (setting != null) {
      line(setting.key(), setting.text(), setting.source(), key.isSecret());
    } else if (otherwise != null) {
      line(name, otherwise, "default", key.isSecret());
    }
  }

  private void line(String key, String text, String source, boolean secret) {
    String value =
        secret
            ? Redaction.HIDDEN
            : Redaction.userInfo(text).replace("\r", "\\r").replace("\n", "\\n");
    lines.append(key).append(" = ").append(value).append("  (").append(source).append(")\n");
  }

  @Override
  public String toString() {
    return lines.toString();
  }
}
