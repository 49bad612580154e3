package dev.mq.rabbit.spike;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.LongString;
import dev.mq.api.Headers;
import dev.mq.api.Message;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Messages on the wire; as much of them as the spike needs. */
final class SpikeWire {
  static final String SEQUENCE = "mq-seq";
  private static final String KEY = "mq-key";

  private SpikeWire() {}

  static Map<String, Object> table(Headers headers) {
    Map<String, Object> table = new HashMap<>();
    for (int i = 0; i < headers.size(); i++) {
      table.put(headers.nameAt(i), headers.valueAt(i));
    }
    return table;
  }

  static BasicProperties properties(Message message, long sequence) {
    Map<String, Object> table = table(message.headers());
    table.put(SEQUENCE, sequence);
    if (message.key() != null) {
      table.put(KEY, message.key());
    }
    return new BasicProperties.Builder()
        .messageId(message.id())
        .deliveryMode(2)
        .headers(table)
        .build();
  }

  static Message message(Envelope envelope, BasicProperties properties, byte[] body) {
    Message.Builder m = message(properties.getMessageId(), properties.getHeaders(), body);
    return envelope.getExchange().isEmpty()
        ? m.build()
        : m.routingKey(envelope.getRoutingKey()).build();
  }

  static Message.Builder message(
      @Nullable String id, @Nullable Map<String, Object> table, byte[] body) {
    Message.Builder m = Message.builder().bodyUnsafe(body);
    if (id != null) {
      m.id(id);
    }
    Headers.Builder headers = Headers.builder();
    if (table != null) {
      table.forEach((name, value) -> header(m, headers, name, value));
    }
    return m.headers(headers.build());
  }

  private static void header(Message.Builder m, Headers.Builder headers, String name, Object v) {
    if (name.equals(KEY)) {
      m.key(v.toString());
    } else if (v instanceof String || v instanceof LongString) {
      headers.put(name, v.toString());
    } else if (v instanceof Number n && !name.equals(SEQUENCE)) {
      headers.put(name, n.longValue());
    }
  }
}
