package dev.mq.api;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An immutable message: body, key, routing key, headers and properties. What is published arrives
 * equal (P-09).
 *
 * <p>The id is made when the publisher sets none; it survives retry, dead-lettering, bridges and
 * replay, and is what a deduplicating consumer looks at. A null body (a tombstone of a Kafka log)
 * is not an empty body. Thread-safe; shared between queues without copying.
 *
 * <pre>{@code
 * Message m = Message.builder().body("hello").key("4711").routingKey("order.4711.paid").header("tries", 1).build();
 * }</pre>
 */
public final class Message {
  /** Header names that start with this are the library's own; a publisher cannot set them. */
  public static final String RESERVED_HEADER_PREFIX = "mq-";

  private static final byte[] NO_BYTES = new byte[0];

  private volatile @Nullable String id;
  private final byte @Nullable [] body;
  private final @Nullable String key;
  private final String routingKey;
  private final Headers headers;
  private final @Nullable Properties properties;

  /** The rarely used properties, in one object so that a plain message stays small. */
  private record Properties(
      @Nullable String type,
      @Nullable String contentType,
      @Nullable Instant timestamp,
      @Nullable String correlationId,
      @Nullable String replyTo,
      int priority,
      @Nullable Duration timeToLive) {
    static final Properties NONE = new Properties(null, null, null, null, null, 0, null);

    static @Nullable Properties of(Builder b) {
      boolean none =
          b.type == null
              && b.contentType == null
              && b.timestamp == null
              && b.correlationId == null
              && b.replyTo == null
              && b.priority == 0
              && b.timeToLive == null;
      return none
          ? null
          : new Properties(
              b.type,
              b.contentType,
              b.timestamp,
              b.correlationId,
              b.replyTo,
              b.priority,
              b.timeToLive);
    }
  }

  private Message(Builder b) {
    this.id = b.id;
    this.body = b.body;
    this.key = b.key;
    this.routingKey = b.routingKey;
    this.headers = b.headers == null ? Headers.empty() : b.headers.build();
    this.properties = Properties.of(b);
  }

  private Message(byte[] body, String routingKey) {
    this.body = body;
    this.key = null;
    this.routingKey = routingKey;
    this.headers = Headers.empty();
    this.properties = null;
  }

  /** Returns a builder: empty body, empty routing key, no headers. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns a message with a copy of a body and nothing else. */
  public static Message of(byte[] body) {
    return new Message(requireNonNull(body, "body").clone(), "");
  }

  /** Returns a message with a copy of a body and a routing key. */
  public static Message of(byte[] body, String routingKey) {
    return new Message(
        requireNonNull(body, "body").clone(), Names.checkKey("routingKey", routingKey));
  }

  /** Returns a builder that starts with this message, including its id. */
  public Builder toBuilder() {
    Builder b = new Builder();
    b.id = id();
    b.body = body;
    b.key = key;
    b.routingKey = routingKey;
    b.headers = headers.isEmpty() ? null : headers.toBuilder();
    Properties p = properties();
    b.type = p.type;
    b.contentType = p.contentType;
    b.timestamp = p.timestamp;
    b.correlationId = p.correlationId;
    b.replyTo = p.replyTo;
    b.priority = p.priority;
    b.timeToLive = p.timeToLive;
    return b;
  }

  /**
   * Returns the id: the publisher's, or one made by the library that is unique across processes.
   */
  public String id() {
    String known = id;
    return known != null ? known : makeId();
  }

  private synchronized String makeId() {
    String known = id;
    if (known == null) {
      known = MessageIds.next();
      id = known;
    }
    return known;
  }

  /** Returns a copy of the body, or null when the message has none (a tombstone). */
  public byte @Nullable [] body() {
    return body == null ? null : body.clone();
  }

  /** Returns the body as text in UTF-8, empty when the message has none. */
  public String text() {
    return body == null ? "" : new String(body, StandardCharsets.UTF_8);
  }

  /** Returns whether there is a body; an empty one counts. */
  public boolean hasBody() {
    return body != null;
  }

  /** Returns a read-only view of the body without copying it; empty when there is none. */
  public ByteBuffer bodyBuffer() {
    return ByteBuffer.wrap(body == null ? NO_BYTES : body).asReadOnlyBuffer();
  }

  /**
   * Returns the body itself, not a copy, or null. For backends and codecs: whoever changes it
   * changes what every other queue and reader gets.
   */
  public byte @Nullable [] bodyUnsafe() {
    return body;
  }

  /** Returns the size of the body in bytes; 0 when there is none. */
  public int bodyBytes() {
    return body == null ? 0 : body.length;
  }

  /**
   * Returns the key that decides the partition of a log and the order of {@code serialBy}, or null.
   */
  public @Nullable String key() {
    return key;
  }

  /** Returns the routing key that an exchange looks at; empty by default. */
  public String routingKey() {
    return routingKey;
  }

  /** Returns the headers. */
  public Headers headers() {
    return headers;
  }

  private Properties properties() {
    return properties == null ? Properties.NONE : properties;
  }

  /** Returns the application's name for the kind of message, or null. */
  public @Nullable String type() {
    return properties().type;
  }

  /** Returns the MIME type of the body, or null. */
  public @Nullable String contentType() {
    return properties().contentType;
  }

  /** Returns when the event happened, as the publisher says, or null. Millisecond precision. */
  public @Nullable Instant timestamp() {
    return properties().timestamp;
  }

  /** Returns what ties a reply to its request, or null. */
  public @Nullable String correlationId() {
    return properties().correlationId;
  }

  /** Returns the queue replies go to, by name or as {@code queue:NAME}, or null. */
  public @Nullable String replyTo() {
    return properties().replyTo;
  }

  /** Returns the priority, 0 (lowest, default) to 255; only queues with priorities look at it. */
  public int priority() {
    return properties().priority;
  }

  /**
   * Returns how long after publishing the message may still be delivered, or null for ever.
   * Millisecond precision.
   */
  public @Nullable Duration timeToLive() {
    return properties().timeToLive;
  }

  /** Returns id, sizes and header names, never body or header values (S-07). */
  @Override
  public String toString() {
    return "Message[id=" + id() + ", bodyBytes=" + bodyBytes() + ", " + headers + "]";
  }

  /** Collects the parts of a message. Not thread-safe; may build several messages. */
  public static final class Builder {
    private @Nullable String id;
    private byte @Nullable [] body = NO_BYTES;
    private @Nullable String key;
    private String routingKey = "";
    private Headers.@Nullable Builder headers;
    private @Nullable String type;
    private @Nullable String contentType;
    private @Nullable Instant timestamp;
    private @Nullable String correlationId;
    private @Nullable String replyTo;
    private int priority;
    private @Nullable Duration timeToLive;

    private Builder() {}

    /** Sets the id, 1 to 255 bytes of UTF-8. Without it the message gets one of its own. */
    public Builder id(String id) {
      this.id = shortText("id", id);
      return this;
    }

    /** Sets the body; the array is copied (P-10). */
    public Builder body(byte[] body) {
      this.body = requireNonNull(body, "body").clone();
      return this;
    }

    /** Sets the body to text in UTF-8. */
    public Builder body(String text) {
      this.body = requireNonNull(text, "text").getBytes(StandardCharsets.UTF_8);
      return this;
    }

    /**
     * Sets the body without copying: the caller hands the array over and never touches it again.
     */
    public Builder bodyUnsafe(byte @Nullable [] body) {
      this.body = body;
      return this;
    }

    /** Takes the body away: a tombstone on a log. */
    public Builder noBody() {
      this.body = null;
      return this;
    }

    /** Sets the key. */
    public Builder key(@Nullable String key) {
      this.key = key;
      return this;
    }

    /** Sets the routing key, at most 255 bytes of UTF-8. */
    public Builder routingKey(String routingKey) {
      this.routingKey = Names.checkKey("routingKey", routingKey);
      return this;
    }

    /** Sets a text header. */
    public Builder header(String name, String value) {
      headers().put(name, value);
      return this;
    }

    /** Sets an integer header. */
    public Builder header(String name, long value) {
      headers().put(name, value);
      return this;
    }

    /** Sets a floating-point header. */
    public Builder header(String name, double value) {
      headers().put(name, value);
      return this;
    }

    /** Sets a boolean header. */
    public Builder header(String name, boolean value) {
      headers().put(name, value);
      return this;
    }

    /** Sets a binary header; the array is copied. */
    public Builder header(String name, byte[] value) {
      headers().put(name, value);
      return this;
    }

    /** Sets a header that exists and has no value. */
    public Builder headerNull(String name) {
      headers().putNull(name);
      return this;
    }

    /** Removes a header if it is there. */
    public Builder removeHeader(String name) {
      headers().remove(name);
      return this;
    }

    /**
     * Removes the library's own headers, which a publisher cannot set: for sending on what was
     * received.
     */
    public Builder removeReservedHeaders() {
      Headers all = headers().build();
      all.names().stream()
          .filter(n -> n.startsWith(RESERVED_HEADER_PREFIX))
          .forEach(headers()::remove);
      return this;
    }

    /** Replaces all headers. */
    public Builder headers(Headers headers) {
      this.headers = requireNonNull(headers, "headers").isEmpty() ? null : headers.toBuilder();
      return this;
    }

    /** Sets the application's name for the kind of message. */
    public Builder type(@Nullable String type) {
      this.type = type == null ? null : shortText("type", type);
      return this;
    }

    /** Sets the MIME type of the body. */
    public Builder contentType(@Nullable String contentType) {
      this.contentType = contentType == null ? null : shortText("contentType", contentType);
      return this;
    }

    /** Sets when the event happened; kept to the millisecond. */
    public Builder timestamp(@Nullable Instant timestamp) {
      this.timestamp = timestamp == null ? null : Instant.ofEpochMilli(timestamp.toEpochMilli());
      return this;
    }

    /** Sets what ties a reply to its request. */
    public Builder correlationId(@Nullable String correlationId) {
      this.correlationId = correlationId == null ? null : shortText("correlationId", correlationId);
      return this;
    }

    /** Sets the queue replies go to: its name, or {@code queue:NAME}. */
    public Builder replyTo(@Nullable String replyTo) {
      this.replyTo = replyTo == null ? null : shortText("replyTo", replyTo);
      return this;
    }

    /** Sets the priority, 0 to 255. */
    public Builder priority(int priority) {
      if (priority < 0 || priority > 255) {
        throw new MqException(
            ErrorCode.INVALID_ARGUMENT, "priority must be 0 to 255, is " + priority);
      }
      this.priority = priority;
      return this;
    }

    /**
     * Sets how long after publishing the message may still be delivered, 0 or more; kept to the
     * millisecond.
     */
    public Builder timeToLive(@Nullable Duration timeToLive) {
      if (timeToLive != null && timeToLive.isNegative()) {
        throw new MqException(
            ErrorCode.INVALID_ARGUMENT, "timeToLive must not be negative, is " + timeToLive);
      }
      this.timeToLive = timeToLive == null ? null : Duration.ofMillis(timeToLive.toMillis());
      return this;
    }

    /** Returns the message. */
    public Message build() {
      return new Message(this);
    }

    private Headers.Builder headers() {
      Headers.Builder h = headers;
      if (h == null) {
        h = Headers.builder();
        headers = h;
      }
      return h;
    }

    private static String shortText(String what, String value) {
      requireNonNull(value, what);
      int bytes = Names.utf8Length(value);
      if (bytes == 0 || bytes > 255) {
        throw new MqException(
            ErrorCode.INVALID_ARGUMENT, what + " must have 1 to 255 bytes of UTF-8, has " + bytes);
      }
      return value;
    }
  }
}
