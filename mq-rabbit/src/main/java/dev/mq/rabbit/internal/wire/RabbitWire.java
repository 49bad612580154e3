package dev.mq.rabbit.internal.wire;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.LongString;
import dev.mq.api.Headers;
import dev.mq.api.Message;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Messages on the wire, version 1. What AMQP has a property for is in it; the rest is in headers of
 * ours. Immutable and thread-safe.
 *
 * <p>Names are never renamed: the previous release reads what this one writes.
 */
@SuppressWarnings("JavaUtilDate") // the client's type for AMQP timestamps
public final class RabbitWire {
  /** The version of this form. */
  static final String VERSION = "mq-v";

  /** The key of the message. */
  static final String KEY = "mq-key";

  /** The routing key of a message to a queue, for there the native one is the queue. */
  static final String ROUTING_KEY = "mq-rk";

  /** Says that there is no body, which is not an empty one. */
  static final String NO_BODY = "mq-null";

  /** The timestamp in milliseconds; the native one has whole seconds. */
  static final String TIMESTAMP = "mq-ts";

  /** The time to live in milliseconds; the native one may be longer. */
  static final String TIME_TO_LIVE = "mq-ttl";

  /** When a message with a time to live was published, in milliseconds of the epoch. */
  static final String PUBLISHED = "mq-sent";

  private static final Map<String, Object> ONLY_VERSION = Map.of(VERSION, 1);
  private static final int PERSISTENT = 2;

  /** The longest time to live that a broker takes, in milliseconds. */
  private static final long MAX_EXPIRATION = 4_294_967_295L;

  private static final byte[] NO_BYTES = new byte[0];

  private final long graceMillis;

  /**
   * Creates the form.
   *
   * @param grace how much longer than its time to live the broker keeps a message
   */
  public RabbitWire(Duration grace) {
    this.graceMillis = grace.toMillis();
  }

  /** Returns the body as it goes over the wire. */
  public static byte[] body(Message message) {
    byte[] body = message.bodyUnsafe();
    return body == null ? NO_BYTES : body;
  }

  /**
   * Returns the properties of a message.
   *
   * @param toQueue whether it goes to a queue by the default exchange
   * @param nowMillis the time of day, for messages with a time to live
   */
  public BasicProperties properties(Message m, boolean toQueue, long nowMillis) {
    BasicProperties.Builder p =
        new BasicProperties.Builder().messageId(m.id()).deliveryMode(PERSISTENT);
    String contentType = m.contentType();
    if (contentType != null) {
      p.contentType(contentType);
    }
    String type = m.type();
    if (type != null) {
      p.type(type);
    }
    String correlationId = m.correlationId();
    if (correlationId != null) {
      p.correlationId(correlationId);
    }
    String replyTo = m.replyTo();
    if (replyTo != null) {
      p.replyTo(replyTo);
    }
    if (m.priority() > 0) {
      p.priority(m.priority());
    }
    Instant timestamp = m.timestamp();
    if (timestamp != null && timestamp.getEpochSecond() >= 0) {
      p.timestamp(Date.from(timestamp));
    }
    Duration ttl = m.timeToLive();
    if (ttl != null && ttl.toMillis() < MAX_EXPIRATION - graceMillis) {
      p.expiration(Long.toString(ttl.toMillis() + graceMillis));
    }
    return p.headers(headers(m, toQueue, timestamp, ttl, nowMillis)).build();
  }

  private static Map<String, Object> headers(
      Message m,
      boolean toQueue,
      @Nullable Instant timestamp,
      @Nullable Duration ttl,
      long nowMillis) {
    boolean keepRoutingKey = toQueue && !m.routingKey().isEmpty();
    String key = m.key();
    if (m.headers().isEmpty()
        && key == null
        && m.hasBody()
        && !keepRoutingKey
        && timestamp == null
        && ttl == null) {
      return ONLY_VERSION;
    }
    Map<String, Object> table = new LinkedHashMap<>();
    HeaderTable.put(m.headers(), table);
    table.put(VERSION, 1);
    if (key != null) {
      table.put(KEY, key);
    }
    if (keepRoutingKey) {
      table.put(ROUTING_KEY, m.routingKey());
    }
    if (!m.hasBody()) {
      table.put(NO_BODY, true);
    }
    if (timestamp != null) {
      table.put(TIMESTAMP, timestamp.toEpochMilli());
    }
    if (ttl != null) {
      table.put(TIME_TO_LIVE, ttl.toMillis());
      table.put(PUBLISHED, nowMillis);
    }
    return table;
  }

  /**
   * Returns the message of a delivery.
   *
   * @param exchange what it was published to; empty for a queue
   * @param identity where it is, to make an id from when a foreign client gave none
   */
  public static Message message(
      String exchange, String routingKey, BasicProperties p, byte[] body, String identity) {
    Message.Builder m = Message.builder();
    Map<String, Object> table = p.getHeaders() == null ? Map.of() : p.getHeaders();
    m.id(isShort(p.getMessageId()) ? p.getMessageId() : madeUp(p, body, identity));
    m.bodyUnsafe(body.length == 0 && table.get(NO_BODY) instanceof Boolean b && b ? null : body);
    if (isShort(p.getContentType())) {
      m.contentType(p.getContentType());
    }
    if (isShort(p.getType())) {
      m.type(p.getType());
    }
    if (isShort(p.getCorrelationId())) {
      m.correlationId(p.getCorrelationId());
    }
    if (isShort(p.getReplyTo())) {
      m.replyTo(p.getReplyTo());
    }
    if (p.getPriority() != null) {
      m.priority(p.getPriority() & 0xff);
    }
    if (table.get(KEY) instanceof LongString key) {
      m.key(key.toString());
    }
    if (exchange.isEmpty()) {
      routingKey = table.get(ROUTING_KEY) instanceof LongString own ? own.toString() : "";
    }
    if (isShort(routingKey)) {
      m.routingKey(routingKey);
    }
    timestamp(m, p, table);
    timeToLive(m, p, table);
    return m.headers(userHeaders(table)).build();
  }

  /**
   * Returns whether a text can be a property of a message. What is no UTF-8 is longer after it was
   * read, and would make its message unreadable.
   */
  private static boolean isShort(@Nullable String text) {
    return text != null && !text.isEmpty() && HeaderTable.isShort(text);
  }

  /** The same message has the same id at every delivery, so that repeats of it can be told. */
  private static String madeUp(BasicProperties p, byte[] body, String identity) {
    byte[] about =
        (identity + '\0' + p.getTimestamp() + '\0' + p.getCorrelationId())
            .getBytes(StandardCharsets.UTF_8);
    byte[] all = ByteBuffer.allocate(about.length + body.length).put(about).put(body).array();
    return UUID.nameUUIDFromBytes(all).toString();
  }

  /** Ours only while it belongs to the native one, which a foreign client may have changed. */
  private static void timestamp(Message.Builder m, BasicProperties p, Map<String, Object> table) {
    Date seconds = p.getTimestamp();
    long millis = number(table, TIMESTAMP, Long.MIN_VALUE);
    if (millis != Long.MIN_VALUE
        && (seconds == null
            ? millis < 0
            : Math.floorDiv(millis, 1000L) == seconds.getTime() / 1000)) {
      m.timestamp(Instant.ofEpochMilli(millis));
    } else if (seconds != null) {
      m.timestamp(seconds.toInstant());
    }
  }

  private static void timeToLive(Message.Builder m, BasicProperties p, Map<String, Object> table) {
    long millis = number(table, TIME_TO_LIVE, -1);
    if (millis < 0 && p.getExpiration() != null) {
      try {
        millis = Long.parseLong(p.getExpiration());
      } catch (NumberFormatException e) {
        millis = -1; // Brokers take numbers only; without one it has no time to live.
      }
    }
    if (millis >= 0) {
      m.timeToLive(Duration.ofMillis(millis));
    }
  }

  /** Returns when a message with a time to live was published, in milliseconds, or 0. */
  public static long storedAtMillis(BasicProperties p) {
    Map<String, Object> table = p.getHeaders();
    return table == null ? 0 : Math.max(0, number(table, PUBLISHED, 0));
  }

  private static long number(Map<String, Object> table, String name, long otherwise) {
    return table.get(name) instanceof Long n ? n : otherwise;
  }

  private static Headers userHeaders(Map<String, Object> table) {
    if (table.isEmpty() || (table.size() == 1 && table.containsKey(VERSION))) {
      return Headers.empty();
    }
    Headers.Builder headers = Headers.builder();
    Set<String> doubles = HeaderTable.doubles(table);
    for (Map.Entry<String, Object> e : table.entrySet()) {
      switch (e.getKey()) {
        case VERSION,
            KEY,
            ROUTING_KEY,
            NO_BODY,
            TIMESTAMP,
            TIME_TO_LIVE,
            PUBLISHED,
            HeaderTable.DOUBLES -> {}
        default -> {
          boolean isDouble = e.getValue() != null && doubles.contains(e.getKey());
          Object value = isDouble ? HeaderTable.asDouble(e.getValue()) : e.getValue();
          HeaderTable.read(e.getKey(), value, headers);
        }
      }
    }
    return headers.build();
  }
}
