package dev.mq.rabbit.internal.wire;

import com.rabbitmq.client.LongString;
import dev.mq.api.Headers;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Date;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Headers as an AMQP table. Our six types are native there; the types only foreign clients use
 * become the nearest of ours, so that every message can be read.
 *
 * <p>Names by which the broker acts go under a prefix of ours, here and in the arguments of
 * bindings.
 */
@SuppressWarnings("JavaUtilDate") // the client's type for AMQP timestamps
public final class HeaderTable {
  private static final String ESCAPE = "mq-h-";

  /** Names the doubles that are no numbers: a broker ends the connection for them. */
  static final String DOUBLES = "mq-doubles";

  /** By the first two the broker routes; it writes the other two. */
  private static final Set<String> OF_THE_BROKER =
      Set.of("CC", "BCC", "x-delivery-count", "x-acquired-count");

  private HeaderTable() {}

  /** Returns the arguments of a binding. */
  public static Map<String, Object> arguments(Headers headers) {
    Map<String, Object> table = new LinkedHashMap<>();
    put(headers, table);
    return table;
  }

  /** Adds headers to a table. */
  static void put(Headers headers, Map<String, Object> table) {
    Map<String, Object> doubles = null;
    for (int i = 0; i < headers.size(); i++) {
      String name = headers.nameAt(i);
      Object value = headers.valueAt(i);
      String there = OF_THE_BROKER.contains(name) ? ESCAPE + name : name;
      if (value instanceof Double d && !Double.isFinite(d)) {
        doubles = doubles == null ? new LinkedHashMap<>() : doubles;
        doubles.put(there, true);
        value = d.toString();
      }
      table.put(there, value);
    }
    if (doubles != null) {
      table.put(DOUBLES, doubles);
    }
  }

  /** Returns the names of texts in a table that are doubles. */
  static Set<String> doubles(Map<String, Object> table) {
    Set<String> names = new HashSet<>();
    if (table.get(DOUBLES) instanceof Map<?, ?> map) {
      map.keySet().forEach(k -> names.add(k.toString()));
    }
    return names;
  }

  /** Returns the value of a text that stands for a double that is no number, else the text. */
  static Object asDouble(Object text) {
    return switch (text.toString()) {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> text;
    };
  }

  /** Returns whether a text has at most the bytes that names may have. */
  static boolean isShort(String text) {
    return text.length() * 3L <= Headers.MAX_NAME_BYTES
        || text.getBytes(StandardCharsets.UTF_8).length <= Headers.MAX_NAME_BYTES;
  }

  /** Adds one header of a table, unless the broker wrote it or it has a name that cannot be one. */
  static void read(String name, @Nullable Object value, Headers.Builder headers) {
    if (name.equals("x-delivery-count")
        || name.equals("x-acquired-count")
        || name.isEmpty()
        || !isShort(name)) {
      return;
    }
    String ours = name;
    if (name.startsWith(ESCAPE) && OF_THE_BROKER.contains(name.substring(ESCAPE.length()))) {
      ours = name.substring(ESCAPE.length());
    }
    if (value == null) {
      headers.putNull(ours);
    } else if (value instanceof byte[] bytes) {
      headers.put(ours, bytes);
    } else if (value instanceof Boolean b) {
      headers.put(ours, b);
    } else if (value instanceof Double || value instanceof Float) {
      headers.put(ours, ((Number) value).doubleValue());
    } else if (value instanceof Long
        || value instanceof Integer
        || value instanceof Short
        || value instanceof Byte) {
      headers.put(ours, ((Number) value).longValue());
    } else if (value instanceof Date date) {
      headers.put(ours, date.getTime());
    } else {
      headers.put(ours, text(value));
    }
  }

  /** Lists and tables become text in the manner of JSON, decimals their digits. */
  private static String text(@Nullable Object value) {
    StringBuilder s = new StringBuilder();
    if (value instanceof String || value instanceof LongString || value instanceof BigDecimal) {
      return value.toString();
    }
    append(value, s);
    return s.toString();
  }

  private static void append(@Nullable Object value, StringBuilder s) {
    if (value instanceof List<?> list) {
      String separator = "[";
      for (Object element : list) {
        s.append(separator);
        append(element, s);
        separator = ",";
      }
      s.append(list.isEmpty() ? "[]" : "]");
    } else if (value instanceof Map<?, ?> map) {
      String separator = "{";
      for (Map.Entry<?, ?> e : byName(map).entrySet()) {
        s.append(separator);
        quote(e.getKey().toString(), s);
        s.append(':');
        append(e.getValue(), s);
        separator = ",";
      }
      s.append(map.isEmpty() ? "{}" : "}");
    } else if (value instanceof byte[] bytes) {
      quote(Base64.getEncoder().encodeToString(bytes), s);
    } else if (value instanceof Date date) {
      s.append(date.getTime());
    } else if (value == null || value instanceof Number || value instanceof Boolean) {
      s.append(value);
    } else {
      quote(value.toString(), s);
    }
  }

  private static Map<String, @Nullable Object> byName(Map<?, ?> map) {
    Map<String, @Nullable Object> named = new TreeMap<>();
    map.forEach((k, v) -> named.put(String.valueOf(k), v));
    return named;
  }

  private static void quote(String text, StringBuilder s) {
    s.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        s.append('\\').append(c);
      } else if (c < ' ') {
        s.append(String.format("\\u%04x", (int) c));
      } else {
        s.append(c);
      }
    }
    s.append('"');
  }
}
