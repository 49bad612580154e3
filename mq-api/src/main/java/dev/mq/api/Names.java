package dev.mq.api;

import static java.util.Objects.requireNonNull;

/**
 * Checks names of exchanges, queues, logs, groups and consumers (B-02). The limits are the same on
 * every backend.
 */
final class Names {
  static final int MAX_BYTES = 200;
  static final int MAX_ROUTING_KEY_BYTES = 255;
  static final String RESERVED_PREFIX = "mq.";

  private Names() {}

  /**
   * Returns the name, or throws when it is empty, too long, reserved or holds a control character.
   */
  static String check(String kind, String name) {
    checkAnybodys(kind, name);
    if (name.startsWith(RESERVED_PREFIX)) {
      throw bad(kind, name, "must not start with '" + RESERVED_PREFIX + "'");
    }
    return name;
  }

  /** The same for something that may be the library's own. */
  static String checkAnybodys(String kind, String name) {
    requireNonNull(name, kind);
    int bytes = utf8Length(name);
    if (bytes == 0 || bytes > MAX_BYTES) {
      throw bad(kind, name, "must have 1 to " + MAX_BYTES + " bytes of UTF-8, has " + bytes);
    }
    return checkCharacters(kind, name);
  }

  static String checkKey(String kind, String key) {
    requireNonNull(key, kind);
    int bytes = utf8Length(key);
    if (bytes > MAX_ROUTING_KEY_BYTES) {
      throw bad(
          kind, "", "must have at most " + MAX_ROUTING_KEY_BYTES + " bytes of UTF-8, has " + bytes);
    }
    return key;
  }

  private static String checkCharacters(String kind, String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (Character.isISOControl(c)) {
        throw bad(kind, "", "must not contain control characters (index " + i + ")");
      }
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < name.length()
              && Character.isLowSurrogate(name.charAt(i + 1));
      if (pair) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw bad(kind, "", "is not valid Unicode (index " + i + ")");
      }
    }
    return name;
  }

  static int utf8Length(String s) {
    int n = 0;
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      if (c < 0x80) {
        n++;
      } else if (c < 0x800) {
        n += 2;
      } else if (Character.isHighSurrogate(c)
          && i + 1 < s.length()
          && Character.isLowSurrogate(s.charAt(i + 1))) {
        n += 4;
        i++;
      } else {
        n += 3;
      }
    }
    return n;
  }

  private static MqException bad(String kind, String name, String why) {
    return new MqException(
        ErrorCode.INVALID_ARGUMENT, kind + (name.isEmpty() ? " " : " '" + name + "' ") + why);
  }
}
