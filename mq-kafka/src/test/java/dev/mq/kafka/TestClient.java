package dev.mq.kafka;

import static java.util.Objects.requireNonNull;

import dev.mq.api.MqException;
import dev.mq.api.QueueSpec;
import dev.mq.core.runtime.SystemTime;
import dev.mq.core.runtime.Threads;
import dev.mq.spi.BackendConfig;
import dev.mq.spi.BackendContext;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.BackendSession;
import dev.mq.spi.ConfigKey;
import dev.mq.spi.PublishChannel;
import dev.mq.spi.QueueDriver;
import dev.mq.spi.QueueSubscription;
import dev.mq.spi.SubscribeOptions;
import dev.mq.spi.SubscriptionListener;
import dev.mq.spi.TimeSource;
import dev.mq.spi.TopologyLog;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/** A session as the runtime would open it. */
final class TestClient implements BackendContext, BackendConfig, AutoCloseable {
  static final Duration CLOSE = Duration.ofSeconds(10);

  final BlockingQueue<String> connection = new LinkedBlockingQueue<>();
  private final Map<String, String> settings = new HashMap<>();
  private final Map<String, String> natives = new HashMap<>();
  private final Threads threads = new Threads("test", null);
  private final SystemTime time = new SystemTime(threads.factory("time"));
  private final AtomicLong ahead = new AtomicLong();
  private volatile long stallNanos;
  private @Nullable BackendSession session;

  private TestClient() {}

  /** Returns a client to a cluster that is not opened yet. */
  static TestClient to(String servers) {
    return new TestClient().set("mq.kafka.bootstrap-servers", servers);
  }

  TestClient set(String key, String value) {
    settings.put(key, value);
    return this;
  }

  TestClient setNative(String key, String value) {
    natives.put(key, value);
    return this;
  }

  /**
   * Lets this much time go by before each look at the clock, as a process that stalls would see.
   */
  void stall(Duration time) {
    stallNanos = time.toNanos();
  }

  TestClient open() {
    try {
      session = new KafkaBackendProvider().open(this);
      return this;
    } catch (RuntimeException e) {
      time.shutdown();
      threads.shutdown();
      throw e;
    }
  }

  BackendSession session() {
    return requireNonNull(session);
  }

  QueueDriver queues() {
    return session().queues().orElseThrow();
  }

  TopologyLog topology() {
    return session().topologyLog().orElseThrow();
  }

  Admin admin() {
    return session().unwrap(Admin.class).orElseThrow();
  }

  BackendQueue queue(String name) {
    return queues().create(QueueSpec.of(name), UUID.randomUUID().toString());
  }

  QueueSubscription subscribe(
      BackendQueue queue, int prefetch, int concurrency, SubscriptionListener listener) {
    return queues()
        .subscribe(queue, new SubscribeOptions("c", prefetch, concurrency, false), listener);
  }

  /** Publishes numbered texts and returns when all are confirmed. */
  void publish(BackendQueue to, String prefix, int count) throws InterruptedException {
    PublishChannel channel = session().openPublisher();
    Sends sends = Sends.publish(channel, to, prefix, count).await();
    channel.close(CLOSE);
    if (!sends.failures().isEmpty()) {
      throw new AssertionError(sends.failures().get(0));
    }
  }

  @Override
  public void close() {
    session().close(CLOSE);
    time.shutdown();
    threads.shutdown();
  }

  // -- the runtime's side

  @Override
  public String brokerName() {
    return "test";
  }

  @Override
  public BackendConfig config() {
    return this;
  }

  @Override
  public TimeSource time() {
    return new TimeSource() {
      @Override
      public Instant now() {
        return time.now();
      }

      @Override
      public long nanoTime() {
        return time.nanoTime() + ahead.addAndGet(stallNanos);
      }

      @Override
      public Timer schedule(Duration delay, Runnable task) {
        return time.schedule(delay, task);
      }
    };
  }

  @Override
  public ThreadFactory threads(String role) {
    return threads.factory(role);
  }

  @Override
  public void connectionLost(String what, @Nullable MqException error) {
    connection.add("lost");
  }

  @Override
  public void connectionRecovered(String what) {
    connection.add("recovered");
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
    return natives;
  }
}
