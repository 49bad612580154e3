package dev.mq.kafka.internal.wire;

import dev.mq.api.Headers;
import dev.mq.api.Message;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Writes messages as records. The form is described in {@code docs/backends/kafka.md}. For one
 * thread at a time.
 */
public final class RecordWriter {
  /** Used again: the client copies it. */
  private final List<Header> headers = new ArrayList<>();

  /** The client's own have volatile fields, which one that is not read back has no use for. */
  private static final class Entry implements Header {
    private final String key;
    private final byte @Nullable [] value;

    Entry(String key, byte @Nullable [] value) {
      this.key = key;
      this.value = value;
    }

    @Override
    public String key() {
      return key;
    }

    @Override
    public byte @Nullable [] value() {
      return value;
    }
  }

  /** Creates a writer. */
  public RecordWriter() {}

  /**
   * Returns a message as a record.
   *
   * @param partition where it goes; null for the client's choice
   */
  public ProducerRecord<byte[], byte[]> write(
      String topic, @Nullable Integer partition, Message message) {
    String key = message.key();
    headers.clear();
    addHeaders(message);
    return new ProducerRecord<>(
        topic,
        partition,
        null,
        key == null ? null : key.getBytes(StandardCharsets.UTF_8),
        message.bodyUnsafe(),
        headers);
  }

  private void addHeaders(Message m) {
    text(WireNames.ID, m.id());
    if (!m.routingKey().isEmpty()) {
      text(WireNames.ROUTING_KEY, m.routingKey());
    }
    text(WireNames.TYPE, m.type());
    text(WireNames.CONTENT_TYPE, m.contentType());
    text(WireNames.CORRELATION_ID, m.correlationId());
    text(WireNames.REPLY_TO, m.replyTo());
    if (m.priority() != 0) {
      text(WireNames.PRIORITY, Integer.toString(m.priority()));
    }
    Duration ttl = m.timeToLive();
    if (ttl != null) {
      text(WireNames.TIME_TO_LIVE, Long.toString(ttl.toMillis()));
    }
    Instant timestamp = m.timestamp();
    if (timestamp != null) {
      text(WireNames.TIMESTAMP, Long.toString(timestamp.toEpochMilli()));
    }
    Headers users = m.headers();
    if (!users.isEmpty()) {
      users(users);
    }
  }

  private void users(Headers users) {
    for (int i = 0; i < users.size(); i++) {
      String name = users.nameAt(i);
      if (!WireNames.isOurs(name)) {
        headers.add(new Entry(name, bytes(users.valueAt(i))));
      }
    }
    byte[] types = HeaderTypes.write(users);
    if (types != null) {
      headers.add(new Entry(WireNames.TYPES, types));
    }
  }

  private static byte @Nullable [] bytes(@Nullable Object value) {
    if (value == null) {
      return null;
    }
    return value instanceof byte[] b ? b : value.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void text(String name, @Nullable String value) {
    if (value != null) {
      headers.add(new Entry(name, value.getBytes(StandardCharsets.UTF_8)));
    }
  }
}
