package dev.mq.kafka.internal.wire;

import dev.mq.api.Headers;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The one header that says which other headers are not text: for each a letter ({@code l} long,
 * {@code d} double, {@code b} boolean, {@code x} bytes) and its name, separated by line feeds. In a
 * name {@code \} is written {@code \\}, and a line feed {@code \n}.
 */
final class HeaderTypes {
  private HeaderTypes() {}

  /** Returns the header for some headers, or null when all are text or null. */
  static byte @Nullable [] write(Headers headers) {
    StringBuilder s = null;
    for (int i = 0; i < headers.size(); i++) {
      char letter = letter(headers.valueAt(i));
      if (letter != 0) {
        if (s == null) {
          s = new StringBuilder();
        } else {
          s.append('\n');
        }
        s.append(letter).append(escape(headers.nameAt(i)));
      }
    }
    return s == null ? null : s.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Returns the letters by name. */
  static Map<String, Character> read(byte[] header) {
    Map<String, Character> types = new HashMap<>();
    for (String entry : new String(header, StandardCharsets.UTF_8).split("\n", -1)) {
      if (!entry.isEmpty()) {
        types.put(unescape(entry.substring(1)), entry.charAt(0));
      }
    }
    return types;
  }

  private static char letter(@Nullable Object value) {
    if (value == null || value instanceof String) {
      return 0;
    } else if (value instanceof Long) {
      return 'l';
    } else if (value instanceof Double) {
      return 'd';
    } else if (value instanceof Boolean) {
      return 'b';
    }
    return 'x';
  }

  private static String escape(String name) {
    return name.indexOf('\\') < 0 && name.indexOf('\n') < 0
        ? name
        : name.replace("\\", "\\\\").replace("\n", "\\n");
  }

  private static String unescape(String written) {
    if (written.indexOf('\\') < 0) {
      return written;
    }
    StringBuilder name = new StringBuilder(written.length());
    for (int i = 0; i < written.length(); i++) {
      char c = written.charAt(i);
      if (c == '\\' && i + 1 < written.length()) {
        c = written.charAt(++i);
        c = c == 'n' ? '\n' : c;
      }
      name.append(c);
    }
    return name.toString();
  }
}
