package dev.mq.rabbit.internal.consume;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import dev.mq.rabbit.internal.wire.RabbitWire;
import dev.mq.spi.DeliveryBatch;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns what arrived into deliveries. */
final class Arrivals {
  private Arrivals() {}

  static void add(DeliveryBatch batch, long life, String queue, Delivery d) {
    Envelope e = d.getEnvelope();
    AMQP.BasicProperties p = d.getProperties();
    batch.add(
        Tokens.token(life, e.getDeliveryTag()),
        RabbitWire.message(e.getExchange(), e.getRoutingKey(), p, d.getBody(), queue),
        attempt(e.isRedeliver(), p.getHeaders()),
        0,
        RabbitWire.storedAtMillis(p));
  }

  /**
   * Returns how often a message was delivered. Quorum queues count how often it came back, in one
   * of two headers; classic queues tell only that it was.
   */
  static int attempt(boolean redelivered, @Nullable Map<String, Object> h) {
    long returned = Math.max(count(h, "x-acquired-count"), count(h, "x-delivery-count"));
    long attempt = Math.max(returned + 1, redelivered ? 2 : 1);
    return (int) Math.min(attempt, Integer.MAX_VALUE);
  }

  private static long count(@Nullable Map<String, Object> headers, String name) {
    return headers != null && headers.get(name) instanceof Number n ? n.longValue() : 0;
  }
}
