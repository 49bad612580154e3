package dev.mq.kafka;

import static java.util.Objects.requireNonNull;

import dev.mq.api.MqException;
import dev.mq.core.runtime.SystemTime;
import dev.mq.core.runtime.Threads;
import dev.mq.spi.BackendConfig;
import dev.mq.spi.BackendContext;
import dev.mq.spi.ConfigKey;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What the runtime supplies to a session: settings, a clock, threads. */
public final class TestContext implements BackendContext, BackendConfig, AutoCloseable {
  private final Map<String, String> settings = new ConcurrentHashMap<>();
  private final Map<String, String> natives = new ConcurrentHashMap<>();
  private final BlockingQueue<String> connection = new LinkedBlockingQueue<>();
  private final Threads threads = new Threads("test", null);
  private final SystemTime time = new SystemTime(threads.factory("time"));
  private final AtomicLong ahead = new AtomicLong();
  private volatile long stallNanos;

  /** Makes a context for a cluster. */
  public TestContext(String servers) {
    set("mq.kafka.bootstrap-servers", servers);
  }

  /** Changes what clients that are made from now on are configured with. */
  public void set(String key, String value) {
    settings.put(key, value);
  }

  /** Sets a property of Kafka's clients. */
  public void setNative(String key, String value) {
    natives.put(key, value);
  }

  /**
   * Lets this much time go by before each look at the clock, as a process that stalls would see.
   */
  public void stall(Duration stall) {
    stallNanos = stall.toNanos();
  }

  /** Returns what was told about the connection: "lost" and "recovered". */
  public BlockingQueue<String> connection() {
    return connection;
  }

  @Override
  public void close() {
    time.shutdown();
    threads.shutdown();
  }

  // -- BackendContext

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

  // -- BackendConfig

  @Override
  public <T> T get(ConfigKey<T> key) {
    return find(key).orElseThrow();
  }

  @Override
  public <T> Optional<T> find(ConfigKey<T> key) {
    String text = settings.getOrDefault(key.name(), key.defaultText());
    return text == null ? Optional.empty() : Optional.of(key.parse(requireNonNull(text), "test"));
  }

  @Override
  public Map<String, String> nativeSettings() {
    return natives;
  }
}
