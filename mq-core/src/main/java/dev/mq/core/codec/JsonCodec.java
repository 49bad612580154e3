package dev.mq.core.codec;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.InvalidDefinitionException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.mq.api.Codec;
import dev.mq.api.DecodeException;
import dev.mq.api.ErrorCode;
import dev.mq.api.Headers;
import dev.mq.api.MqException;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * JSON by Jackson. The type is the program's and never the message's: there is no default typing,
 * and type ids that name classes are refused for base types that anything could extend (S-05).
 * Errors of decoding quote nothing of the body and have no cause, because Jackson's exceptions
 * quote it (S-04). Thread-safe.
 *
 * @param <T> the type of the values
 */
public final class JsonCodec<T> implements Codec<T> {
  private static final JsonMapper MAPPER =
      JsonMapper.builder(JsonFactory.builder().recyclerPool(new BufferPools()).build())
          .addModule(new Jdk8Module())
          .addModule(new JavaTimeModule())
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
          .enable(MapperFeature.BLOCK_UNSAFE_POLYMORPHIC_BASE_TYPES)
          .build();

  private static final ClassValue<JsonCodec<?>> OF_CLASS =
      new ClassValue<>() {
        @Override
        protected JsonCodec<?> computeValue(Class<?> type) {
          return new JsonCodec<>(MAPPER.constructType(type));
        }
      };

  private final JavaType type;
  private final ObjectReader reader;
  private final ObjectWriter writer;
  private final boolean exact;

  private JsonCodec(JavaType type) {
    this.type = type;
    this.reader = MAPPER.readerFor(type);
    this.writer = MAPPER.writerFor(type);
    // Only a plain class may have subclasses whose properties the declared type does not show.
    this.exact =
        type.hasGenericTypes()
            || type.isPrimitive()
            || Modifier.isFinal(type.getRawClass().getModifiers());
  }

  /** Returns the codec of a type; made once per class. */
  @SuppressWarnings("unchecked") // The type is the caller's claim, as with every Type token.
  public static <T> JsonCodec<T> of(Type type) {
    requireNonNull(type, "type");
    return (JsonCodec<T>)
        (type instanceof Class<?> c
            ? OF_CLASS.get(c)
            : new JsonCodec<>(MAPPER.constructType(type)));
  }

  @Override
  public String contentType() {
    return "application/json";
  }

  @Override
  public byte[] encode(T value, String destination, Headers.Builder headers) {
    requireNonNull(value, "value");
    try {
      ObjectWriter w = exact || value.getClass() == type.getRawClass() ? writer : MAPPER.writer();
      return w.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      // What an invalid definition says is about classes; other texts may quote values.
      String why =
          e instanceof InvalidDefinitionException ? e.getOriginalMessage() : name(rootOf(e));
      throw new MqException(
          ErrorCode.ENCODE,
          "encode body for '" + destination + "': " + type() + " as JSON: " + why);
    }
  }

  @Override
  public T decode(byte[] body, String destination, Headers headers) {
    try (JsonParser parser = reader.createParser(body)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw bad(destination, "is empty", null);
      }
      if (first == JsonToken.VALUE_NULL) {
        throw bad(destination, "is null", null);
      }
      T value = reader.readValue(parser);
      if (value == null) {
        throw bad(destination, "is no value", null);
      }
      if (parser.nextToken() != null) {
        throw bad(destination, "is followed by something else", parser.currentTokenLocation());
      }
      return value;
    } catch (StreamReadException e) {
      throw bad(destination, "is not JSON", e.getLocation());
    } catch (JsonProcessingException e) {
      throw bad(destination, "does not fit (" + name(rootOf(e)) + ")", e.getLocation());
    } catch (DecodeException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw bad(destination, "does not fit (" + name(e) + ")", null);
    }
  }

  private DecodeException bad(String destination, String why, @Nullable JsonLocation at) {
    String where = at == null ? "" : ", line " + at.getLineNr() + ", column " + at.getColumnNr();
    return new DecodeException(
        "decode body from '" + destination + "' as " + type() + ": the JSON " + why + where);
  }

  private static Throwable rootOf(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  private static String name(Throwable e) {
    return e.getClass().getSimpleName();
  }

  private String type() {
    return type.toCanonical();
  }

  @Override
  public String toString() {
    return "JsonCodec[" + type() + "]";
  }
}
