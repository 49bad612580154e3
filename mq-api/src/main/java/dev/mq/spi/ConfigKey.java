package dev.mq.spi;

import static java.util.Objects.requireNonNull;

import dev.mq.api.ConfigException;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One configuration key: name, type, default, unit, range and what it is for. Declared once;
 * parsing, checking and the documentation come from it. Immutable.
 *
 * @param <T> the type of the value
 */
public final class ConfigKey<T> {
  private final String name;
  private final String typeName;
  private final @Nullable String defaultText;
  private final String doc;
  private final boolean secret;
  private final Function<String, T> parser;

  private ConfigKey(
      String name,
      String typeName,
      @Nullable String defaultText,
      String doc,
      boolean secret,
      Function<String, T> parser) {
    this.name = requireNonNull(name, "name");
    this.typeName = requireNonNull(typeName, "typeName");
    this.defaultText = defaultText;
    this.doc = requireNonNull(doc, "doc");
    this.secret = secret;
    this.parser = requireNonNull(parser, "parser");
  }

  /**
   * Declares a key of a type of its own.
   *
   * @param typeName the type as the documentation names it
   * @param defaultText the default as it would be written, or null when there is none
   * @param parser throws {@link IllegalArgumentException} whose message says what would be right
   */
  public static <T> ConfigKey<T> of(
      String name,
      String typeName,
      @Nullable String defaultText,
      String doc,
      Function<String, T> parser) {
    return new ConfigKey<>(name, typeName, defaultText, doc, false, parser);
  }

  /** Declares a text key. */
  public static ConfigKey<String> text(String name, @Nullable String defaultText, String doc) {
    return of(name, "text", defaultText, doc, s -> s);
  }

  /** Declares a key whose value is never shown (S-04). */
  public static ConfigKey<String> secret(String name, String doc) {
    return new ConfigKey<>(name, "secret", null, doc, true, s -> s);
  }

  /** Declares a boolean key: {@code true} or {@code false}. */
  public static ConfigKey<Boolean> flag(String name, boolean defaultValue, String doc) {
    return of(
        name,
        "true or false",
        Boolean.toString(defaultValue),
        doc,
        s ->
            switch (s.toLowerCase(Locale.ROOT)) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new IllegalArgumentException("expected true or false");
            });
  }

  /** Declares an integer key with its range, both ends included. */
  public static ConfigKey<Long> number(
      String name, long defaultValue, long min, long max, String doc) {
    return of(
        name,
        "integer, " + min + " to " + max,
        Long.toString(defaultValue),
        doc,
        s -> {
          String wanted = "expected an integer from " + min + " to " + max;
          long n;
          try {
            n = Long.parseLong(s.replace("_", ""));
          } catch (NumberFormatException e) {
            throw new IllegalArgumentException(wanted, e);
          }
          if (n < min || n > max) {
            throw new IllegalArgumentException(wanted);
          }
          return n;
        });
  }

  /**
   * Declares a duration key with its range, both ends included; written as {@code 500ms}, {@code
   * 30s}, {@code 5m}, {@code 1h}, {@code 7d} or ISO-8601.
   */
  public static ConfigKey<Duration> duration(
      String name, Duration defaultValue, Duration min, Duration max, String doc) {
    return of(
        name,
        "duration, " + Durations.format(min) + " to " + Durations.format(max),
        Durations.format(defaultValue),
        doc,
        s -> {
          Duration d = Durations.parse(s);
          if (d.compareTo(min) < 0 || d.compareTo(max) > 0) {
            throw new IllegalArgumentException(
                "expected a duration from "
                    + Durations.format(min)
                    + " to "
                    + Durations.format(max));
          }
          return d;
        });
  }

  /** Declares a key with a closed set of values, written in lower case with dashes. */
  public static <E extends Enum<E>> ConfigKey<E> choice(
      String name, Class<E> type, E defaultValue, String doc) {
    StringBuilder values = new StringBuilder();
    for (E e : type.getEnumConstants()) {
      values.append(values.isEmpty() ? "" : ", ").append(written(e));
    }
    return of(
        name,
        "one of " + values,
        written(defaultValue),
        doc,
        s -> {
          for (E e : type.getEnumConstants()) {
            if (written(e).equals(s)) {
              return e;
            }
          }
          throw new IllegalArgumentException("expected one of " + values);
        });
  }

  private static String written(Enum<?> e) {
    return e.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Returns the full name, such as {@code mq.rabbit.uris}. */
  public String name() {
    return name;
  }

  /** Returns the type and range as the documentation names them. */
  public String typeName() {
    return typeName;
  }

  /** Returns the default as it would be written, or null when there is none. */
  public @Nullable String defaultText() {
    return defaultText;
  }

  /** Returns what the key is for. */
  public String doc() {
    return doc;
  }

  /** Returns whether the value must never be shown. */
  public boolean isSecret() {
    return secret;
  }

  /**
   * Returns this key under another name, such as the full one of a key that is relative to a
   * section.
   */
  public ConfigKey<T> named(String otherName) {
    return new ConfigKey<>(otherName, typeName, defaultText, doc, secret, parser);
  }

  /**
   * Parses a value.
   *
   * @param source where the value came from, for the error
   * @throws ConfigException naming key and source, and the value unless it is secret
   */
  public T parse(String text, String source) {
    return parse(text, text, source);
  }

  /**
   * Parses a value that came out of placeholders.
   *
   * @param text the value; shown in an error only when it equals {@code written}
   * @param written the value as it was configured, for the error
   * @param source where the value came from, for the error
   * @throws ConfigException naming key and source, and what was written unless it is secret; user
   *     information of addresses is hidden (S-04)
   */
  public T parse(String text, String written, String source) {
    try {
      return parser.apply(text.strip());
    } catch (RuntimeException e) {
      // A parser quotes what it was given, so its words are repeated only when nothing in it needs
      // hiding.
      boolean open = !secret && text.equals(written) && Redaction.userInfo(text).equals(text);
      throw new ConfigException(
          name
              + (secret ? "" : " = '" + Redaction.userInfo(written) + "'")
              + " ("
              + source
              + "): "
              + (open ? e.getMessage() : "expected " + typeName),
          open ? e : null);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
