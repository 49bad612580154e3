package dev.mq.core.routing;

import dev.mq.api.ErrorCode;
import dev.mq.api.Headers;
import dev.mq.api.MqException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link WireWriter} wrote. Never reads past the end and never reserves more than the
 * bytes can hold.
 */
final class WireReader {
  private final ByteBuffer in;

  /** The bytes are not what was written. */
  static final class DamagedException extends MqException {
    private static final long serialVersionUID = 1L;

    DamagedException(String why) {
      super(ErrorCode.BACKEND_FAILURE, why);
    }
  }

  WireReader(byte[] bytes) {
    in = ByteBuffer.wrap(bytes);
  }

  int u8() {
    need(1);
    return in.get() & 0xff;
  }

  int count() {
    long n = unsigned();
    if (n < 0 || n > in.remaining()) {
      throw new DamagedException("a length of " + n + " with " + in.remaining() + " bytes left");
    }
    return (int) n;
  }

  long number() {
    long n = unsigned();
    return (n >>> 1) ^ -(n & 1);
  }

  long fixed() {
    need(8);
    return in.getLong();
  }

  UUID uuid() {
    long high = fixed();
    return new UUID(high, fixed());
  }

  String text() {
    int length = count();
    ByteBuffer part = in.slice(in.position(), length);
    in.position(in.position() + length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(part).toString();
    } catch (CharacterCodingException e) {
      throw new DamagedException("a text is not UTF-8");
    }
  }

  @Nullable String optionalText() {
    int present = u8();
    if (present > 1) {
      throw new DamagedException("neither a text nor none");
    }
    return present == 0 ? null : text();
  }

  byte[] bytes() {
    byte[] b = new byte[count()];
    in.get(b);
    return b;
  }

  Headers headers() {
    int n = count();
    if (n == 0) {
      return Headers.empty();
    }
    Headers.Builder headers = Headers.builder();
    for (int i = 0; i < n; i++) {
      String name = text();
      int type = u8();
      switch (type) {
        case WireWriter.NULL -> headers.putNull(name);
        case WireWriter.TEXT -> headers.put(name, text());
        case WireWriter.LONG -> headers.put(name, number());
        case WireWriter.DOUBLE -> headers.put(name, Double.longBitsToDouble(fixed()));
        case WireWriter.FALSE -> headers.put(name, false);
        case WireWriter.TRUE -> headers.put(name, true);
        case WireWriter.BYTES -> headers.put(name, bytes());
        default -> throw new DamagedException("unknown type of value " + type);
      }
    }
    return headers.build();
  }

  void end() {
    if (in.hasRemaining()) {
      throw new DamagedException(in.remaining() + " bytes too many");
    }
  }

  private long unsigned() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int b = u8();
      value |= (long) (b & 0x7f) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw new DamagedException("a number without end");
  }

  private void need(int bytes) {
    if (in.remaining() < bytes) {
      throw new DamagedException("ends too early");
    }
  }
}
