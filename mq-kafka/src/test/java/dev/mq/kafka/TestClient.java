package dev.mq.kafka;

import static java.util.Objects.requireNonNull;

import dev.mq.api.QueueSpec;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.BackendSession;
import dev.mq.spi.PublishChannel;
import dev.mq.spi.QueueDriver;
import dev.mq.spi.QueueSubscription;
import dev.mq.spi.SubscribeOptions;
import dev.mq.spi.SubscriptionListener;
import dev.mq.spi.TopologyLog;
import java.time.Duration;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/** A session as the runtime would open it. */
final class TestClient implements AutoCloseable {
  static final Duration CLOSE = Duration.ofSeconds(10);

  private final TestContext context;
  private @Nullable BackendSession session;

  private TestClient(String servers) {
    this.context = new TestContext(servers);
  }

  /** Returns a client to a cluster that is not opened yet. */
  static TestClient to(String servers) {
    return new TestClient(servers);
  }

  TestClient set(String key, String value) {
    context.set(key, value);
    return this;
  }

  TestClient setNative(String key, String value) {
    context.setNative(key, value);
    return this;
  }

  TestContext context() {
    return context;
  }

  TestClient open() {
    try {
      session = new KafkaBackendProvider().open(context);
      return this;
    } catch (RuntimeException e) {
      context.close();
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
    context.close();
  }
}
