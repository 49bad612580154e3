package dev.mq.kafka.internal.client;

import dev.mq.api.MqException;
import dev.mq.core.runtime.SystemTime;
import dev.mq.core.runtime.Threads;
import dev.mq.spi.BackendConfig;
import dev.mq.spi.BackendContext;
import dev.mq.spi.ConfigKey;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** What the clients of a cluster need that nobody ever starts. */
public final class OfflineContext implements BackendContext, BackendConfig, AutoCloseable {
  /** Nothing listens there. */
  public static final String NOBODY = "127.0.0.1:1";

  private final Map<String, String> settings = new ConcurrentHashMap<>();
  private final Threads threads = new Threads("offline", null);
  private final SystemTime time = new SystemTime(threads.factory("time"));
  private final KafkaClients clients;

  /** Makes clients that give up soon. */
  public OfflineContext() {
    set("mq.kafka.bootstrap-servers", NOBODY);
    set("mq.kafka.operation-timeout", "1s");
    this.clients = new KafkaClients(this);
  }

  /** Changes what clients that are made from now on are configured with. */
  public void set(String key, String value) {
    settings.put(key, value);
  }

  /** Returns the clients. */
  public KafkaClients clients() {
    return clients;
  }

  @Override
  public void close() {
    clients.close(Duration.ZERO);
    time.shutdown();
    threads.shutdown();
  }

  @Override
  public String brokerName() {
    return "offline";
  }

  @Override
  public BackendConfig config() {
    return this;
  }

  @Override
  public TimeSource time() {
    return time;
  }

  @Override
  public ThreadFactory threads(String role) {
    return threads.factory(role);
  }

  @Override
  public void connectionLost(String what, @Nullable MqException error) {}

  @Override
  public void connectionRecovered(String what) {}

  @Override
  public <T> T get(ConfigKey<T> key) {
    return find(key).orElseThrow();
  }

  @Override
  public <T> Optional<T> find(ConfigKey<T> key) {
    String text = settings.getOrDefault(key.name(), key.defaultText());
    return text == null ? Optional.empty() : Optional.of(key.parse(text, "test"));
  }

  @Override
  public Map<String, String> nativeSettings() {
    return Map.of();
  }
}
