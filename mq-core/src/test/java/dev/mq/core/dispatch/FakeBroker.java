package dev.mq.core.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.BrokerEvent;
import dev.mq.api.Capabilities;
import dev.mq.api.ConsumerBuilder;
import dev.mq.api.ErrorCode;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.QueueSpec;
import dev.mq.api.Retry;
import dev.mq.core.config.Configuration;
import dev.mq.core.config.Section;
import dev.mq.core.runtime.EventBus;
import dev.mq.core.runtime.Kernel;
import dev.mq.core.runtime.QueueRef;
import dev.mq.core.runtime.SystemTime;
import dev.mq.core.runtime.Threads;
import dev.mq.spi.BackendConfig;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.BackendSession;
import dev.mq.spi.ConfigKey;
import dev.mq.spi.ErrorClass;
import dev.mq.spi.PublishChannel;
import dev.mq.spi.QueueDriver;
import dev.mq.spi.QueueSubscription;
import dev.mq.spi.QueueTraits;
import dev.mq.spi.SubscribeOptions;
import dev.mq.spi.SubscriptionListener;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A kernel over scriptable queues, without a broker. As an extension of a test it ends with it, and
 * fails where a lane was not used as the driver contract says.
 */
final class FakeBroker implements AutoCloseable, AfterEachCallback {
  final ManualTime manual = new ManualTime();
  final TimeSource time;
  final Kernel kernel;
  final Threads threads;
  final List<BrokerEvent> events = new CopyOnWriteArrayList<>();
  final Map<String, FakeQueue> queues = new ConcurrentHashMap<>();
  final Map<String, Map<String, String>> config = new HashMap<>();
  final List<Message> published = new CopyOnWriteArrayList<>();
  volatile MqException publishError;
  volatile Consumer<BrokerEvent> onEvent = event -> {};
  boolean nativeRetry;
  int deliveryLimit;
  Duration queueTtl;
  boolean endless;

  private FakeBroker(boolean realTime, Executor users) {
    threads = new Threads("fake", users);
    time = realTime ? new SystemTime(threads.factory("time")) : manual;
    kernel =
        new Kernel(
            "fake",
            new Session(),
            time,
            new Config(),
            threads,
            new EventBus(Runnable::run, this::event));
    kernel.wire(this::publish, this::resolve);
  }

  static FakeBroker withManualTime() {
    return new FakeBroker(false, null);
  }

  static FakeBroker withRealTime() {
    return new FakeBroker(true, null);
  }

  static FakeBroker withHandlersOn(Executor users) {
    return new FakeBroker(true, users);
  }

  FakeQueue queue(String name) {
    return queues.computeIfAbsent(name, n -> new FakeQueue(n, time));
  }

  ConsumerBuilder<byte[]> consumer(String queue) {
    return QueueConsumers.builder(kernel, queue);
  }

  /** Returns a policy without waits that ends in the queue "dead". */
  static Retry limited(int failures) {
    return Retry.backoff(Duration.ZERO, Duration.ZERO).maxAttempts(failures).deadLetter("dead");
  }

  static Message message(String id) {
    return Message.builder().id(id).body(id).build();
  }

  List<BrokerEvent> events(BrokerEvent.Type type) {
    return events.stream().filter(e -> e.type() == type).toList();
  }

  private void event(BrokerEvent event) {
    onEvent.accept(event);
    events.add(event);
  }

  private void publish(
      String address, Message message, dev.mq.core.runtime.SystemPublisher.Done done) {
    MqException error = publishError;
    if (error == null) {
      published.add(message);
      queue(address.substring("queue:".length())).add(message);
    }
    done.done(error);
  }

  private QueueRef resolve(String name) {
    FakeQueue q = queues.get(name);
    if (q == null) {
      throw new NotFoundException("queue '" + name + "' does not exist");
    }
    QueueSpec.Builder spec = QueueSpec.builder(name);
    if (queueTtl != null) {
      spec.timeToLive(queueTtl);
    }
    return new QueueRef(q, spec.build());
  }

  @Override
  public void close() {
    kernel.markClosed();
    kernel.children().forEach(c -> c.close(Duration.ofSeconds(5)));
    threads.shutdown();
    if (time instanceof SystemTime s) {
      s.shutdown();
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    close();
    assertThat(queues.values()).flatExtracting(FakeQueue::violations).isEmpty();
  }

  private final class Session implements BackendSession, QueueDriver {
    @Override
    public Capabilities capabilities() {
      return Capabilities.builder("fake").build();
    }

    @Override
    public PublishChannel openPublisher() {
      throw new IllegalStateException("not used");
    }

    @Override
    public Optional<QueueDriver> queues() {
      return Optional.of(this);
    }

    @Override
    public String healthProblem() {
      return "";
    }

    @Override
    public ErrorClass classify(Throwable error) {
      return error instanceof IllegalStateException
          ? ErrorClass.unavailable()
          : ErrorClass.definite(ErrorCode.BACKEND_FAILURE);
    }

    @Override
    public QueueTraits traits() {
      return new QueueTraits(nativeRetry, deliveryLimit);
    }

    @Override
    public BackendQueue create(QueueSpec spec, String incarnation) {
      return queue(spec.name());
    }

    @Override
    public BackendQueue open(String name, String incarnation) {
      return queue(name);
    }

    @Override
    public void delete(String name, String incarnation) {
      queues.remove(name);
    }

    @Override
    public long depth(BackendQueue queue) {
      return ((FakeQueue) queue).waiting().size();
    }

    @Override
    public long purge(BackendQueue queue) {
      return 0;
    }

    @Override
    public QueueSubscription subscribe(
        BackendQueue queue, SubscribeOptions options, SubscriptionListener listener) {
      return endless
          ? new EndlessQueue(options.prefetch())
          : ((FakeQueue) queue).subscribe(options, listener);
    }

    @Override
    public void close(Duration timeout) {
      // Nothing is open.
    }
  }

  private final class Config implements Configuration {
    @Override
    public String brokerName() {
      return "fake";
    }

    @Override
    public String backend() {
      return "fake";
    }

    @Override
    public TopologyMode topologyMode() {
      return TopologyMode.APPLY;
    }

    @Override
    public BackendConfig backendConfig() {
      throw new IllegalStateException("not used");
    }

    @Override
    public Section consumer(String name) {
      Map<String, String> values = config.getOrDefault(name, Map.of());
      return new Section() {
        @Override
        public <T> Optional<T> find(ConfigKey<T> key) {
          return Optional.ofNullable(values.get(key.name())).map(v -> key.parse(v, "test"));
        }
      };
    }

    @Override
    public Section producer(String name) {
      throw new IllegalStateException("not used");
    }

    @Override
    public String report() {
      return "";
    }
  }
}
