package dev.mq.kafka.internal.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Text as bytes, without replacing what is malformed. */
final class Utf8 {
  /** What the lenient decoder puts in place of malformed bytes. */
  private static final char REPLACEMENT = '\uFFFD';

  private Utf8() {}

  /** Returns the text, or null when the bytes are no UTF-8. */
  static @Nullable String decode(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (text.indexOf(REPLACEMENT) < 0) {
      return text;
    }
    // Something was malformed, or the text has that character.
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /** Returns the length of a text in bytes. */
  static int length(String text) {
    return text.length() > 1000 ? text.length() : text.getBytes(StandardCharsets.UTF_8).length;
  }
}
