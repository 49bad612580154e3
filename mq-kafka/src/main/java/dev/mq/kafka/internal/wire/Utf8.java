package dev.mq.kafka.internal.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Text as bytes, without replacing what is malformed. */
final class Utf8 {
  private Utf8() {}

  /** Returns the text, or null when the bytes are no UTF-8. */
  static @Nullable String decode(byte[] bytes) {
    if (isAscii(bytes)) {
      return new String(bytes, StandardCharsets.US_ASCII);
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static boolean isAscii(byte[] bytes) {
    for (byte b : bytes) {
      if (b < 0) {
        return false;
      }
    }
    return true;
  }

  /** Returns the length of a text in bytes. */
  static int length(String text) {
    return text.length() > 1000 ? text.length() : text.getBytes(StandardCharsets.UTF_8).length;
  }
}
