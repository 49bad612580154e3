package dev.mq.inmemory;

import dev.mq.api.LogSpec;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.QueueSpec;
import dev.mq.spi.BackendConfig;
import dev.mq.spi.BackendContext;
import dev.mq.spi.BackendLog;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.BackendSession;
import dev.mq.spi.ConfigKey;
import dev.mq.spi.LogDriver;
import dev.mq.spi.PublishChannel;
import dev.mq.spi.PublishTarget;
import dev.mq.spi.QueueDriver;
import dev.mq.spi.SubscribeOptions;
import dev.mq.spi.TimeSource;
import dev.mq.spi.TopologyLog;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** A session as the runtime would open it, and shorthands for what tests do with it. */
final class Client implements BackendContext, BackendConfig, AutoCloseable {
  final String name;
  final Map<String, String> settings;
  final List<String> events = new CopyOnWriteArrayList<>();
  final BackendSession session;
  final QueueDriver queues;
  final LogDriver logs;
  final TopologyLog topology;
  final PublishChannel publisher;

  Client(InMemoryEngine engine, String name, Map<String, String> more) {
    this.name = name;
    Map<String, String> all = new java.util.HashMap<>(engine.config().overrides());
    all.putAll(more);
    this.settings = all;
    this.session = new InMemoryProvider().open(this);
    this.queues = session.queues().orElseThrow();
    this.logs = session.logs().orElseThrow();
    this.topology = session.topologyLog().orElseThrow();
    this.publisher = session.openPublisher();
  }

  static Client of(InMemoryEngine engine) {
    return new Client(engine, "test", Map.of());
  }

  static Client of(InMemoryEngine engine, String name) {
    return new Client(engine, name, Map.of());
  }

  static Message message(String text) {
    return Message.of(text.getBytes(StandardCharsets.UTF_8));
  }

  BackendQueue queue(String queue) {
    return queues.create(QueueSpec.of(queue), "1");
  }

  BackendQueue queue(QueueSpec.Builder spec) {
    return queues.create(spec.build(), "1");
  }

  BackendLog log(String log, int partitions) {
    return logs.create(LogSpec.of(log, partitions));
  }

  Sent publish(PublishTarget target, String... texts) {
    Sent sent = new Sent();
    for (String t : texts) {
      sent.add(target, message(t));
    }
    publisher.publish(sent);
    return sent;
  }

  Sent append(BackendLog log, int partition, String... texts) {
    Sent sent = new Sent();
    for (String t : texts) {
      sent.add(log, message(t), partition);
    }
    publisher.publish(sent);
    return sent;
  }

  Taker take(BackendQueue queue, int prefetch) {
    return new Taker(queues, queue, new SubscribeOptions("c", prefetch, 1, false));
  }

  Taker take(BackendQueue queue) {
    return take(queue, 100);
  }

  @Override
  public void close() {
    session.close(Duration.ofSeconds(1));
  }

  @Override
  public String brokerName() {
    return name;
  }

  @Override
  public BackendConfig config() {
    return this;
  }

  @Override
  public TimeSource time() {
    throw new AssertionError("the engine has a clock of its own");
  }

  @Override
  public ThreadFactory threads(String role) {
    throw new AssertionError("the engine needs no threads");
  }

  @Override
  public void connectionLost(String what, @Nullable MqException error) {
    events.add("lost " + what);
  }

  @Override
  public void connectionRecovered(String what) {
    events.add("recovered " + what);
  }

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
