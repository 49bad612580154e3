package dev.mq.rabbit;

import dev.mq.rabbit.internal.RabbitSession;
import dev.mq.rabbit.internal.connect.RabbitKeys;
import dev.mq.rabbit.internal.stream.RabbitStreams;
import dev.mq.spi.BackendContext;
import dev.mq.spi.BackendProvider;
import dev.mq.spi.BackendSession;
import dev.mq.spi.ConfigKey;
import dev.mq.spi.Spi;
import java.util.List;

/** The RabbitMQ backend, selected by {@code mq.backend=rabbit}. Thread-safe. */
public final class RabbitBackendProvider implements BackendProvider {
  /** Creates the provider; it does nothing by itself. */
  public RabbitBackendProvider() {}

  @Override
  public String name() {
    return "rabbit";
  }

  @Override
  public int spiVersion() {
    return Spi.VERSION;
  }

  @Override
  public List<ConfigKey<?>> keys() {
    return RabbitKeys.ALL;
  }

  @Override
  public BackendSession open(BackendContext context) {
    return new RabbitSession(context, RabbitStreams::new);
  }
}
