package dev.mq.rabbit.internal.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.stream.MessageBuilder;
import com.rabbitmq.stream.MessageBuilder.ApplicationPropertiesBuilder;
import com.rabbitmq.stream.MessageBuilder.PropertiesBuilder;
import com.rabbitmq.stream.Properties;
import dev.mq.api.Headers;
import dev.mq.api.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Messages as AMQP 1.0, as the broker itself keeps in a stream what AMQP 0-9-1 publishes: id,
 * correlation id, reply-to, content type and timestamp are properties; headers are application
 * properties of native types; type and priority go where the broker puts them, so that clients of
 * AMQP 0-9-1 see them. The rest has names of ours.
 */
final class RecordWire {
  static final String VERSION = "mq-v";
  static final String KEY = "mq-key";
  static final String ROUTING_KEY = "mq-rk";
  static final String NO_BODY = "mq-null";
  static final String TIME_TO_LIVE = "mq-ttl";
  static final String TYPE = "x-basic-type";
  static final String PRIORITY = "x-basic-priority";

  private static final String ESCAPE = "mq-h-";
  private static final Set<String> OURS =
      Set.of(VERSION, KEY, ROUTING_KEY, NO_BODY, TIME_TO_LIVE, TYPE);

  private static final int MAX_SHORT_BYTES = 255;
  private static final byte[] EMPTY = new byte[0];

  private RecordWire() {}

  static com.rabbitmq.stream.Message encode(MessageBuilder to, Message m) {
    byte[] body = m.bodyUnsafe();
    PropertiesBuilder p = to.properties().messageId(m.id());
    if (m.correlationId() != null) {
      p.correlationId(m.correlationId());
    }
    if (m.replyTo() != null) {
      p.replyTo(m.replyTo());
    }
    if (m.contentType() != null) {
      p.contentType(m.contentType());
    }
    if (m.timestamp() != null) {
      p.creationTime(m.timestamp().toEpochMilli());
    }
    ApplicationPropertiesBuilder a = p.messageBuilder().applicationProperties().entry(VERSION, 1L);
    String key = m.key();
    if (key != null) {
      a.entry(KEY, key);
    }
    if (!m.routingKey().isEmpty()) {
      a.entry(ROUTING_KEY, m.routingKey());
    }
    if (body == null) {
      a.entry(NO_BODY, true);
    }
    Duration ttl = m.timeToLive();
    if (ttl != null) {
      a.entry(TIME_TO_LIVE, ttl.toMillis());
    }
    String type = m.type();
    if (type != null) {
      a.entry(TYPE, type);
    }
    headers(m.headers(), a);
    if (m.priority() > 0) {
      to.messageAnnotations().entryUnsigned(PRIORITY, (byte) m.priority());
    }
    return to.addData(body == null ? EMPTY : body).build();
  }

  private static void headers(Headers headers, ApplicationPropertiesBuilder to) {
    for (int i = 0; i < headers.size(); i++) {
      String name = headers.nameAt(i);
      String wire = OURS.contains(name) || name.startsWith(ESCAPE) ? ESCAPE + name : name;
      Object v = headers.valueAt(i);
      if (v instanceof String s) {
        to.entry(wire, s);
      } else if (v instanceof Long n) {
        to.entry(wire, n.longValue());
      } else if (v instanceof Double d) {
        to.entry(wire, d.doubleValue());
      } else if (v instanceof Boolean b) {
        to.entry(wire, b.booleanValue());
      } else if (v instanceof byte[] bytes) {
        to.entry(wire, bytes);
      } else {
        nothing(to, wire);
      }
    }
  }

  /** The builder takes null only where it looks like text. */
  @SuppressWarnings("NullAway")
  private static void nothing(ApplicationPropertiesBuilder to, String name) {
    to.entry(name, (String) null);
  }

  /** Returns an upper bound of the encoded size, from which the broker's frame limit is kept. */
  static long sizeBound(Message m) {
    long n = 1024L + m.bodyBytes();
    String key = m.key();
    n += key == null ? 0 : 3L * key.length();
    Headers h = m.headers();
    for (int i = 0; i < h.size(); i++) {
      Object v = h.valueAt(i);
      n += 24 + 3L * h.nameAt(i).length();
      n += v instanceof String s ? 3L * s.length() : v instanceof byte[] b ? b.length : 8;
    }
    return n + 4L * MAX_SHORT_BYTES;
  }

  static Message decode(com.rabbitmq.stream.Message from) {
    Message.Builder m = Message.builder();
    m.bodyUnsafe(body(from));
    Properties p = from.getProperties();
    if (p != null) {
      properties(p, m);
    }
    Map<String, Object> annotations = from.getMessageAnnotations();
    if (annotations != null && !annotations.isEmpty()) {
      annotations(annotations, m);
    }
    Map<String, Object> table = from.getApplicationProperties();
    if (table != null && !table.isEmpty()) {
      Headers.Builder headers = Headers.builder();
      table.forEach((name, value) -> property(name, value, m, headers));
      m.headers(headers.build());
    }
    return m.build();
  }

  private static byte @Nullable [] body(com.rabbitmq.stream.Message from) {
    Object body = from.getBody();
    if (body == null) {
      return null;
    }
    if (body instanceof byte[] bytes) {
      return bytes;
    }
    try {
      byte[] data = from.getBodyAsBinary();
      if (data != null) {
        return data;
      }
    } catch (RuntimeException e) {
      // A body that is no data section is shown as text.
    }
    return String.valueOf(body).getBytes(UTF_8);
  }

  private static void properties(Properties p, Message.Builder m) {
    String id = text(p.getMessageId());
    if (id != null) {
      m.id(id);
    }
    m.correlationId(text(p.getCorrelationId()));
    m.replyTo(text(p.getReplyTo()));
    m.contentType(text(p.getContentType()));
    if (p.getCreationTime() > 0) {
      m.timestamp(Instant.ofEpochMilli(p.getCreationTime()));
    }
  }

  /** What a foreign client may make longer than a message of ours may carry is left out. */
  private static @Nullable String text(@Nullable Object value) {
    if (value == null) {
      return null;
    }
    String s = value instanceof byte[] bytes ? new String(bytes, UTF_8) : value.toString();
    return s.isEmpty() || s.getBytes(UTF_8).length > MAX_SHORT_BYTES ? null : s;
  }

  private static void annotations(Map<String, Object> annotations, Message.Builder m) {
    String routingKey = text(annotations.get("x-routing-key"));
    if (routingKey != null) {
      m.routingKey(routingKey);
    }
    if (annotations.get(PRIORITY) instanceof Number n) {
      m.priority(n.intValue() & 0xFF);
    }
  }

  private static void property(
      String name, @Nullable Object value, Message.Builder m, Headers.Builder headers) {
    switch (name) {
      case VERSION -> {}
      case KEY -> m.key(value == null ? null : value.toString());
      case ROUTING_KEY -> {
        String routingKey = text(value);
        m.routingKey(routingKey == null ? "" : routingKey);
      }
      case NO_BODY -> m.noBody();
      case TIME_TO_LIVE -> {
        if (value instanceof Number n && n.longValue() >= 0) {
          m.timeToLive(Duration.ofMillis(n.longValue()));
        }
      }
      case TYPE -> m.type(text(value));
      default -> {
        String ours = name.startsWith(ESCAPE) ? name.substring(ESCAPE.length()) : name;
        if (!ours.isEmpty() && ours.getBytes(UTF_8).length <= Headers.MAX_NAME_BYTES) {
          header(ours, value, headers);
        }
      }
    }
  }

  private static void header(String name, @Nullable Object value, Headers.Builder headers) {
    if (value == null) {
      headers.putNull(name);
    } else if (value instanceof byte[] bytes) {
      headers.put(name, bytes);
    } else if (value instanceof Boolean b) {
      headers.put(name, b);
    } else if (value instanceof Double || value instanceof Float) {
      headers.put(name, ((Number) value).doubleValue());
    } else if (value instanceof Number n) {
      headers.put(name, n.longValue());
    } else if (value instanceof Object[] array) {
      headers.put(name, Arrays.toString(array));
    } else {
      headers.put(name, value.toString());
    }
  }
}
