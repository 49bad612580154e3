package dev.mq.core.routing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mq.api.Headers;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a binding of a headers exchange, made ready to compare. Immutable.
 *
 * <p>A predicate is a name with a value, or with null for mere presence. Values are compared as
 * RabbitMQ compares them, by value: a number equals the same number of the other type, a text
 * equals its UTF-8 bytes. So a value is kept as a Long where it is a whole number, as a String
 * where it is text, else as a Double, Boolean or {@link BytesKey}.
 */
final class HeaderMatch {
  private static final String X_MATCH = "x-match";
  private static final double LONGS_END = 0x1p63;

  final boolean any;
  final String[] names;
  final @Nullable Object[] values;

  private HeaderMatch(boolean any, String[] names, @Nullable Object[] values) {
    this.any = any;
    this.names = names;
    this.values = values;
  }

  static @Nullable String refusal(Headers arguments) {
    if (!arguments.contains(X_MATCH)) {
      return null;
    }
    String how = arguments.text(X_MATCH);
    return how != null && mode(how) != null
        ? null
        : "x-match must be one of the texts all, any, all-with-x, any-with-x";
  }

  static HeaderMatch of(Headers arguments) {
    String how = arguments.text(X_MATCH);
    Mode mode = how == null ? null : mode(how);
    if (mode == null) {
      mode = Mode.ALL;
    }
    List<String> names = new ArrayList<>();
    List<@Nullable Object> values = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      String name = arguments.nameAt(i);
      boolean compared = mode.withX ? !name.equals(X_MATCH) : !name.startsWith("x-");
      if (compared) {
        Object v = arguments.valueAt(i);
        names.add(name);
        values.add(v == null ? null : key(v));
      }
    }
    return new HeaderMatch(mode.any, names.toArray(new String[0]), values.toArray());
  }

  /** Returns a value as a key of a table: equal keys are equal values. */
  static Object key(Object value) {
    if (value instanceof Double d) {
      return d == Math.rint(d) && d >= -LONGS_END && d < LONGS_END ? (Object) (long) (double) d : d;
    }
    return value instanceof byte[] bytes ? textOrBytes(bytes) : value;
  }

  private static Object textOrBytes(byte[] bytes) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return new BytesKey(bytes.clone());
    }
  }

  /**
   * Returns whether a message matches of which one predicate that lists this binding is known to
   * hold.
   */
  boolean matchesCandidate(Headers headers) {
    return any || matchesAll(headers);
  }

  private boolean matchesAll(Headers headers) {
    for (int i = 0; i < names.length; i++) {
      if (!holds(names[i], values[i], headers)) {
        return false;
      }
    }
    return true;
  }

  private static boolean holds(String name, @Nullable Object expected, Headers headers) {
    for (int i = 0, n = headers.size(); i < n; i++) {
      if (headers.nameAt(i).equals(name)) {
        Object actual = headers.valueAt(i);
        if (expected == null) {
          return true;
        }
        return actual != null && expected.equals(key(actual));
      }
    }
    return false;
  }

  private static @Nullable Mode mode(String text) {
    return switch (text) {
      case "all" -> Mode.ALL;
      case "any" -> Mode.ANY;
      case "all-with-x" -> Mode.ALL_WITH_X;
      case "any-with-x" -> Mode.ANY_WITH_X;
      default -> null;
    };
  }

  private enum Mode {
    ALL(false, false),
    ANY(true, false),
    ALL_WITH_X(false, true),
    ANY_WITH_X(true, true);

    private final boolean any;
    private final boolean withX;

    Mode(boolean any, boolean withX) {
      this.any = any;
      this.withX = withX;
    }
  }
}
