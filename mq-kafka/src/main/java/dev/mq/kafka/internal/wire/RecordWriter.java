package dev.mq.kafka.internal.wire;

import dev.mq.api.Headers;
import dev.mq.api.Message;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/** Writes messages as records. The form is described in {@code docs/backends/kafka.md}. */
public final class RecordWriter {
  private static final byte[] VERSION = {'1'};

  private RecordWriter() {}

  /**
   * Returns a message as a record.
   *
   * @param partition where it goes; null for the client's choice
   */
  public static ProducerRecord<byte[], byte[]> write(
      String topic, @Nullable Integer partition, Message message) {
    String key = message.key();
    return new ProducerRecord<>(
        topic,
        partition,
        null,
        key == null ? null : key.getBytes(StandardCharsets.UTF_8),
        message.bodyUnsafe(),
        headers(message));
  }

  private static RecordHeaders headers(Message m) {
    RecordHeaders h = new RecordHeaders();
    h.add(WireNames.VERSION, VERSION);
    text(h, WireNames.ID, m.id());
    if (!m.routingKey().isEmpty()) {
      text(h, WireNames.ROUTING_KEY, m.routingKey());
    }
    text(h, WireNames.TYPE, m.type());
    text(h, WireNames.CONTENT_TYPE, m.contentType());
    text(h, WireNames.CORRELATION_ID, m.correlationId());
    text(h, WireNames.REPLY_TO, m.replyTo());
    if (m.priority() != 0) {
      text(h, WireNames.PRIORITY, Integer.toString(m.priority()));
    }
    Duration ttl = m.timeToLive();
    if (ttl != null) {
      text(h, WireNames.TIME_TO_LIVE, Long.toString(ttl.toMillis()));
    }
    Instant timestamp = m.timestamp();
    if (timestamp != null) {
      text(h, WireNames.TIMESTAMP, Long.toString(timestamp.toEpochMilli()));
    }
    Headers users = m.headers();
    if (!users.isEmpty()) {
      users(h, users);
    }
    return h;
  }

  private static void users(RecordHeaders h, Headers users) {
    for (int i = 0; i < users.size(); i++) {
      String name = users.nameAt(i);
      if (!WireNames.isOurs(name)) {
        h.add(name, bytes(users.valueAt(i)));
      }
    }
    byte[] types = HeaderTypes.write(users);
    if (types != null) {
      h.add(WireNames.TYPES, types);
    }
  }

  private static byte @Nullable [] bytes(@Nullable Object value) {
    if (value == null) {
      return null;
    }
    return value instanceof byte[] b ? b : value.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void text(RecordHeaders h, String name, @Nullable String value) {
    if (value != null) {
      h.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
  }
}
