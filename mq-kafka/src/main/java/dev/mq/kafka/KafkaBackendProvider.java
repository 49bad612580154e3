package dev.mq.kafka;

import dev.mq.kafka.internal.KafkaSession;
import dev.mq.kafka.internal.client.KafkaKeys;
import dev.mq.spi.BackendContext;
import dev.mq.spi.BackendProvider;
import dev.mq.spi.BackendSession;
import dev.mq.spi.ConfigKey;
import dev.mq.spi.Spi;
import java.util.List;

/**
 * The Kafka backend, selected by {@code mq.backend=kafka}. Thread-safe.
 *
 * <p>{@code broker.unwrap(org.apache.kafka.clients.admin.Admin.class)} returns the admin client of
 * the broker; the broker closes it.
 */
public final class KafkaBackendProvider implements BackendProvider {
  /** Creates the provider; it does nothing by itself. */
  public KafkaBackendProvider() {}

  @Override
  public String name() {
    return "kafka";
  }

  @Override
  public int spiVersion() {
    return Spi.VERSION;
  }

  @Override
  public List<ConfigKey<?>> keys() {
    return KafkaKeys.ALL;
  }

  @Override
  public BackendSession open(BackendContext context) {
    return KafkaSession.open(context);
  }
}
