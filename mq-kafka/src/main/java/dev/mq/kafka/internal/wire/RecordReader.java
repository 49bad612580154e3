package dev.mq.kafka.internal.wire;

import dev.mq.api.Headers;
import dev.mq.api.Message;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Reads records as messages, also those of foreign clients. Never fails: what cannot be a property
 * of a message is left out.
 */
public final class RecordReader {
  private RecordReader() {}

  /** Returns a record as a message. */
  public static Message read(ConsumerRecord<byte[], byte[]> record) {
    Message.Builder b = Message.builder().bodyUnsafe(record.value());
    byte[] key = record.key();
    if (key != null) {
      b.key(key(key));
    }
    boolean hasId = false;
    Headers.Builder users = null;
    Map<String, Character> types = null;
    for (Header h : record.headers()) {
      String name = h.key();
      if (name.equals(WireNames.ID)) { // the one that every record of ours has
        String id = property(h.value());
        if (id != null) {
          b.id(id);
          hasId = true;
        }
      } else if (WireNames.isOurs(name)) {
        property(b, name, property(h.value()));
      } else {
        users = users == null ? Headers.builder() : users;
        types = types == null ? types(record.headers()) : types;
        user(users, name, h.value(), types);
      }
    }
    if (users != null) {
      b.headers(users.build());
    }
    return hasId ? b.build() : b.id(idOf(record)).build();
  }

  /** A record without an id gets the same one at every reading, so that it can be deduplicated. */
  private static String idOf(ConsumerRecord<byte[], byte[]> record) {
    String id = record.topic() + "-" + record.partition() + "-" + record.offset();
    return id.length() <= WireNames.MAX_TEXT
        ? id
        : UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.UTF_8)).toString();
  }

  /** A key that is no text becomes one that no other such key becomes. */
  private static String key(byte[] key) {
    String text = Utf8.decode(key);
    return text != null ? text : new String(key, StandardCharsets.ISO_8859_1);
  }

  /** Returns the text of a property, or null when it can be none. */
  private static @Nullable String property(byte @Nullable [] value) {
    String text = value == null || value.length > WireNames.MAX_TEXT ? null : Utf8.decode(value);
    return text == null || text.isEmpty() ? null : text;
  }

  private static void property(Message.Builder b, String name, @Nullable String text) {
    if (text == null) {
      return;
    }
    switch (name) {
      case WireNames.ROUTING_KEY -> b.routingKey(text);
      case WireNames.TYPE -> b.type(text);
      case WireNames.CONTENT_TYPE -> b.contentType(text);
      case WireNames.CORRELATION_ID -> b.correlationId(text);
      case WireNames.REPLY_TO -> b.replyTo(text);
      case WireNames.PRIORITY -> {
        long priority = number(text, 0);
        b.priority(priority >= 0 && priority <= 255 ? (int) priority : 0);
      }
      case WireNames.TIME_TO_LIVE -> {
        long ttl = number(text, -1);
        b.timeToLive(ttl < 0 ? null : Duration.ofMillis(ttl));
      }
      case WireNames.TIMESTAMP -> {
        long millis = number(text, Long.MIN_VALUE);
        b.timestamp(millis == Long.MIN_VALUE ? null : Instant.ofEpochMilli(millis));
      }
      default -> {
        // The version and the types are no properties.
      }
    }
  }

  private static long number(String text, long otherwise) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  private static Map<String, Character> types(Iterable<Header> headers) {
    for (Header h : headers) {
      if (h.key().equals(WireNames.TYPES) && h.value() != null) {
        return HeaderTypes.read(h.value());
      }
    }
    return Map.of();
  }

  private static void user(
      Headers.Builder users, String name, byte @Nullable [] value, Map<String, Character> types) {
    if (name.isEmpty() || Utf8.length(name) > Headers.MAX_NAME_BYTES) {
      return;
    }
    if (value == null) {
      users.putNull(name);
      return;
    }
    Character type = types.get(name);
    if (type != null && type == 'x') {
      users.put(name, value);
      return;
    }
    String text = Utf8.decode(value);
    if (text == null) {
      users.put(name, value);
    } else if (type == null || !typed(users, name, text, type)) {
      users.put(name, text);
    }
  }

  /** Sets a header of a type that is not text; returns false when its value is none of the type. */
  private static boolean typed(Headers.Builder users, String name, String text, char type) {
    try {
      switch (type) {
        case 'l' -> users.put(name, Long.parseLong(text));
        case 'd' -> users.put(name, Double.parseDouble(text));
        case 'b' -> {
          if (!text.equals("true") && !text.equals("false")) {
            return false;
          }
          users.put(name, text.equals("true"));
        }
        default -> {
          return false;
        }
      }
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
