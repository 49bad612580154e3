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
    Header[] headers = record.headers().toArray();
    for (Header h : headers) {
      byte[] value = h.value();
      if (!WireNames.isOurs(h.key())) {
        users = users == null ? Headers.builder() : users;
        if (types == null) {
          types = types(headers);
        }
        user(users, h.key(), value, types);
      } else if (value != null) {
        hasId |= property(b, h.key(), value);
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

  /** Sets a property and returns whether it was the id. */
  private static boolean property(Message.Builder b, String name, byte[] value) {
    String text = value.length > WireNames.MAX_TEXT ? null : Utf8.decode(value);
    if (text == null || text.isEmpty()) {
      return false;
    }
    switch (name) {
      case WireNames.ID -> b.id(text);
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
    return name.equals(WireNames.ID);
  }

  private static long number(String text, long otherwise) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  private static Map<String, Character> types(Header[] headers) {
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
