package dev.mq.core.log;

import static org.awaitility.Awaitility.await;

import dev.mq.api.BrokerEvent;
import dev.mq.api.Codec;
import dev.mq.api.GroupBuilder;
import dev.mq.api.LogRecord;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.ReaderBuilder;
import dev.mq.core.config.Configuration;
import dev.mq.core.config.Section;
import dev.mq.core.runtime.EventBus;
import dev.mq.core.runtime.Kernel;
import dev.mq.core.runtime.SystemPublisher;
import dev.mq.core.runtime.Threads;
import dev.mq.spi.BackendConfig;
import dev.mq.spi.ConfigKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A kernel over a fake log with a clock that a test moves. */
final class LogRig implements AutoCloseable {
  record DeadLetter(String address, Message message) {}

  final FakeLogs logs;
  final ManualTime time = new ManualTime();
  final Threads threads = new Threads("test", null);
  final List<BrokerEvent> events = new CopyOnWriteArrayList<>();
  final List<DeadLetter> dead = new CopyOnWriteArrayList<>();
  final Map<String, String> consumerKeys = new ConcurrentHashMap<>();
  final Kernel kernel;
  volatile MqException deadLettersFail;

  LogRig(int partitions) {
    logs = new FakeLogs(partitions);
    EventBus bus = new EventBus(threads.completions(), events::add);
    kernel = new Kernel("fake", logs, time, new Settings(), threads, bus);
    kernel.wire(this::publish, name -> null);
  }

  private void publish(String address, Message message, SystemPublisher.Done done) {
    MqException failure = deadLettersFail;
    if (failure == null) {
      dead.add(new DeadLetter(address, message));
    }
    done.done(failure);
  }

  GroupBuilder<String> group() {
    return LogConsumers.group(kernel, "events", "g").as(Codec.text());
  }

  ReaderBuilder<String> reader() {
    return LogReaders.builder(kernel, "events").as(Codec.text());
  }

  static void until(Callable<Boolean> condition) {
    await().pollInterval(Duration.ofMillis(1)).atMost(Duration.ofSeconds(20)).until(condition);
  }

  long count(BrokerEvent.Type type) {
    return events.stream().filter(e -> e.type() == type).count();
  }

  static String show(LogRecord<String> r) {
    return r.partition() + "/" + r.offset() + "=" + r.body();
  }

  @Override
  public void close() {
    kernel.children().forEach(c -> c.close(Duration.ofSeconds(5)));
    threads.shutdown();
  }

  private final class Settings implements Configuration {
    @Override
    public String brokerName() {
      return "test";
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
      throw new IllegalStateException("not asked for here");
    }

    @Override
    public Section consumer(String name) {
      return new Section() {
        @Override
        public <T> Optional<T> find(ConfigKey<T> key) {
          return Optional.ofNullable(consumerKeys.get(name + "." + key.name()))
              .map(text -> key.parse(text, "test"));
        }
      };
    }

    @Override
    public Section producer(String name) {
      return consumer(name);
    }

    @Override
    public String report() {
      return "";
    }
  }
}
