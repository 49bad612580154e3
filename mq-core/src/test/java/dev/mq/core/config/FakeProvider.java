package dev.mq.core.config;

import dev.mq.spi.BackendContext;
import dev.mq.spi.BackendProvider;
import dev.mq.spi.BackendSession;
import dev.mq.spi.ConfigKey;
import dev.mq.spi.Spi;
import java.util.List;

/** A backend with keys that is never opened. */
record FakeProvider(String name, List<ConfigKey<?>> keys) implements BackendProvider {
  static final ConfigKey<String> URIS = ConfigKey.text("mq.rabbit.uris", null, "Addresses.");
  static final ConfigKey<Long> HEARTBEAT =
      ConfigKey.number("mq.rabbit.heartbeat", 30, 1, 600, "Seconds between heartbeats.");
  static final ConfigKey<String> SERVERS =
      ConfigKey.text("mq.kafka.bootstrap-servers", null, "Addresses.");
  static final ConfigKey<Long> RETRIES =
      ConfigKey.number("mq.kafka.retries", 3, 0, 10, "How often to try again.");

  static final FakeProvider RABBIT = new FakeProvider("rabbit", List.of(URIS, HEARTBEAT));
  static final FakeProvider KAFKA = new FakeProvider("kafka", List.of(SERVERS, RETRIES));

  @Override
  public int spiVersion() {
    return Spi.VERSION;
  }

  @Override
  public BackendSession open(BackendContext context) {
    throw new AssertionError("no test opens it");
  }
}
