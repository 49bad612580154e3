package dev.mq.api;

import static java.util.Objects.requireNonNull;

import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Turns values into bodies and back. Thread-safe. Null bodies never reach a codec: they stay null.
 *
 * @param <T> the type of the values
 */
public interface Codec<T> {
  /** Returns the MIME type set on messages, or null for none. */
  @Nullable String contentType();

  /**
   * Returns the body of a value; the array is not kept by anyone else.
   *
   * @param destination the name of where it goes
   * @param headers headers to add, for schema ids and the like
   * @throws MqException {@code ENCODE} when it cannot be
   */
  byte[] encode(T value, String destination, Headers.Builder headers);

  /**
   * Returns the value of a body; must not keep or change the array.
   *
   * @param destination the name of where it came from
   * @throws DecodeException when it cannot be decoded; any other exception is taken for one
   */
  T decode(byte[] body, String destination, Headers headers);

  /** Returns a codec for JSON by Jackson, in UTF-8; unknown properties are ignored when reading. */
  static <T> Codec<T> json(Class<T> type) {
    return Brokers.factory().jsonCodec(requireNonNull(type, "type"));
  }

  /** Returns a codec for JSON of a generic type, such as one taken from a field. */
  static <T> Codec<T> json(Type type) {
    return Brokers.factory().jsonCodec(requireNonNull(type, "type"));
  }

  /** Returns the codec that leaves bytes as they are. */
  static Codec<byte[]> bytes() {
    return BytesCodec.INSTANCE;
  }

  /** Returns a codec for text in UTF-8; malformed bytes do not decode. */
  static Codec<String> text() {
    return TextCodec.INSTANCE;
  }

  /** Bytes as they are. */
  enum BytesCodec implements Codec<byte[]> {
    /** The only instance. */
    INSTANCE;

    @Override
    public @Nullable String contentType() {
      return null;
    }

    @Override
    public byte[] encode(byte[] value, String destination, Headers.Builder headers) {
      return value.clone();
    }

    @Override
    public byte[] decode(byte[] body, String destination, Headers headers) {
      return body.clone();
    }
  }

  /** Text in UTF-8. */
  enum TextCodec implements Codec<String> {
    /** The only instance. */
    INSTANCE;

    @Override
    public @Nullable String contentType() {
      return "text/plain; charset=utf-8";
    }

    @Override
    public byte[] encode(String value, String destination, Headers.Builder headers) {
      return value.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String decode(byte[] body, String destination, Headers headers) {
      try {
        return StandardCharsets.UTF_8
            .newDecoder()
            .decode(java.nio.ByteBuffer.wrap(body))
            .toString();
      } catch (java.nio.charset.CharacterCodingException e) {
        throw new DecodeException("decode body from '" + destination + "': not UTF-8", e);
      }
    }
  }
}
