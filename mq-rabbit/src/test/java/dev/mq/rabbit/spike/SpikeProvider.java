package dev.mq.rabbit.spike;

import dev.mq.spi.BackendContext;
import dev.mq.spi.BackendProvider;
import dev.mq.spi.BackendSession;
import dev.mq.spi.ConfigKey;
import dev.mq.spi.Spi;
import java.util.List;

/** The entry of the spike. */
public final class SpikeProvider implements BackendProvider {
  static final ConfigKey<String> AMQP = ConfigKey.text("mq.rabbitspike.amqp", null, "AMQP URI.");
  static final ConfigKey<String> STREAMS =
      ConfigKey.text("mq.rabbitspike.streams", null, "Stream URI.");
  static final ConfigKey<String> BARRIER =
      ConfigKey.text("mq.rabbitspike.barrier", "declare", "What confirms a settlement.");

  @Override
  public String name() {
    return "rabbitspike";
  }

  @Override
  public int spiVersion() {
    return Spi.VERSION;
  }

  @Override
  public List<ConfigKey<?>> keys() {
    return List.of(AMQP, STREAMS, BARRIER);
  }

  @Override
  public BackendSession open(BackendContext context) {
    return new SpikeSession(context);
  }
}
