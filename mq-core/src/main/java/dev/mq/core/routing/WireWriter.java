package dev.mq.core.routing;

import dev.mq.api.ErrorCode;
import dev.mq.api.Headers;
import dev.mq.api.MqException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes the parts of a command. Numbers take as many bytes as they need; texts are UTF-8 after
 * their length.
 */
final class WireWriter {
  static final int NULL = 0;
  static final int TEXT = 1;
  static final int LONG = 2;
  static final int DOUBLE = 3;
  static final int FALSE = 4;
  static final int TRUE = 5;
  static final int BYTES = 6;

  private byte[] buffer = new byte[128];
  private int size;

  WireWriter u8(int value) {
    room(1);
    buffer[size++] = (byte) value;
    return this;
  }

  /** A number of things that follow. */
  WireWriter count(int value) {
    return unsigned(value);
  }

  /** Any long; small ones of either sign are short. */
  WireWriter number(long value) {
    return unsigned(value << 1 ^ value >> 63);
  }

  WireWriter fixed(long value) {
    room(8);
    ByteBuffer.wrap(buffer, size, 8).putLong(value);
    size += 8;
    return this;
  }

  WireWriter uuid(UUID id) {
    return fixed(id.getMostSignificantBits()).fixed(id.getLeastSignificantBits());
  }

  WireWriter text(String text) {
    try {
      ByteBuffer b = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      count(b.remaining());
      room(b.remaining());
      int length = b.remaining();
      b.get(buffer, size, length);
      size += length;
      return this;
    } catch (CharacterCodingException e) {
      throw new MqException(
          ErrorCode.INVALID_ARGUMENT, "a name, key or argument is not valid Unicode", e);
    }
  }

  WireWriter optionalText(@Nullable String text) {
    return text == null ? u8(0) : u8(1).text(text);
  }

  WireWriter bytes(byte[] bytes) {
    count(bytes.length);
    room(bytes.length);
    System.arraycopy(bytes, 0, buffer, size, bytes.length);
    size += bytes.length;
    return this;
  }

  WireWriter headers(Headers headers) {
    count(headers.size());
    for (int i = 0; i < headers.size(); i++) {
      text(headers.nameAt(i));
      value(headers.valueAt(i));
    }
    return this;
  }

  byte[] toBytes() {
    return Arrays.copyOf(buffer, size);
  }

  private void value(@Nullable Object value) {
    if (value == null) {
      u8(NULL);
    } else if (value instanceof String s) {
      u8(TEXT).text(s);
    } else if (value instanceof Long n) {
      u8(LONG).number(n);
    } else if (value instanceof Double d) {
      u8(DOUBLE).fixed(Double.doubleToRawLongBits(d));
    } else if (value instanceof Boolean b) {
      u8(b ? TRUE : FALSE);
    } else if (value instanceof byte[] b) {
      u8(BYTES).bytes(b);
    } else {
      throw new AssertionError("headers hold a closed set of types");
    }
  }

  private WireWriter unsigned(long value) {
    room(10);
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      buffer[size++] = (byte) (rest & 0x7F | 0x80);
      rest >>>= 7;
    }
    buffer[size++] = (byte) rest;
    return this;
  }

  private void room(int bytes) {
    if (buffer.length - size < bytes) {
      buffer =
          Arrays.copyOf(
              buffer, Math.max(Math.addExact(size, bytes), buffer.length + (buffer.length >> 1)));
    }
  }
}
