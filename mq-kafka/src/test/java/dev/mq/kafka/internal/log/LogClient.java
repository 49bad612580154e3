package dev.mq.kafka.internal.log;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Position;
import dev.mq.core.runtime.SystemTime;
import dev.mq.kafka.KafkaBackendProvider;
import dev.mq.kafka.internal.client.KafkaClients;
import dev.mq.kafka.internal.client.KafkaKeys;
import dev.mq.spi.BackendConfig;
import dev.mq.spi.BackendContext;
import dev.mq.spi.BackendLog;
import dev.mq.spi.BackendSession;
import dev.mq.spi.ConfigKey;
import dev.mq.spi.LogDriver;
import dev.mq.spi.PublishChannel;
import dev.mq.spi.RecordSource;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/** A session as the runtime would open it, and shorthands for what tests do with its logs. */
final class LogClient implements BackendContext, BackendConfig, AutoCloseable {
  /** The size of a large body. */
  static final int LARGE = 4000;

  final BackendSession session;
  final LogDriver logs;
  final PublishChannel publisher;
  private final Map<String, String> settings;
  private final KafkaClients clients;
  private final SystemTime time = new SystemTime(threads("time"));

  LogClient(String servers) {
    this(servers, Map.of());
  }

  LogClient(String servers, Map<String, String> more) {
    this.settings = new HashMap<>(more);
    settings.put(KafkaKeys.BOOTSTRAP_SERVERS.name(), servers);
    this.session = new KafkaBackendProvider().open(this);
    this.clients = new KafkaClients(this);
    this.logs = session.logs().orElseThrow();
    this.publisher = session.openPublisher();
  }

  Admin admin() {
    return session.unwrap(Admin.class).orElseThrow();
  }

  /** Appends numbered texts and returns when all are confirmed. */
  Appended append(BackendLog log, int partition, String prefix, int count) {
    Appended sent = new Appended(log, partition, prefix, count);
    publisher.publish(sent);
    return sent.await();
  }

  /** Appends large records to the first partition. */
  Appended appendLarge(BackendLog log, int count) {
    Appended sent = new Appended(log, 0, Collections.nCopies(count, Message.of(new byte[LARGE])));
    publisher.publish(sent);
    return sent.await();
  }

  /** Reads a whole partition once, from an offset to the end as it is now. */
  List<Seen> read(BackendLog log, int partition, long from) throws InterruptedException {
    RecordSource source = logs.reader(log, 100);
    try {
      source.seek(partition, from);
      return Seen.upTo(source, partition, logs.end(log).offset(partition).orElseThrow());
    } finally {
      source.close();
    }
  }

  TestMember join(BackendLog log, String group) {
    return join(log, group, Position.begin());
  }

  TestMember join(BackendLog log, String group, Position start) {
    return new TestMember(logs, log, group, start);
  }

  /** Joins as a member that may be silent for two seconds only. */
  TestMember joinWithShortSilence(BackendLog log, String group) {
    KafkaLog l = (KafkaLog) log;
    LogOffsets offsets = new LogOffsets(clients);
    StartPoint start =
        new StartPoint(offsets, l, new GroupBase(List.of(), l.partitions()), Position.begin());
    Map<String, Object> settings =
        Map.of(
            "group.id",
            group,
            "max.poll.interval.ms",
            2000,
            "max.poll.records",
            TestMember.ROOM,
            "auto.offset.reset",
            "none");
    LogConsumer consumer = new LogConsumer(clients.consumer("group", settings), l, time);
    Duration bound = Duration.ofSeconds(10);
    return new TestMember(
        listener -> new LogMember(consumer, group, offsets, start, time, bound, listener));
  }

  static Message message(String text) {
    return Message.builder().id(text).body(text).build();
  }

  @Override
  public void close() {
    publisher.close(Duration.ofSeconds(5));
    session.close(Duration.ofSeconds(5));
    clients.close(Duration.ofSeconds(5));
    time.shutdown();
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
    return time;
  }

  @Override
  public ThreadFactory threads(String role) {
    return task -> {
      Thread t = new Thread(task, "test-" + role);
      t.setDaemon(true);
      return t;
    };
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
    return text == null ? Optional.empty() : Optional.of(key.parse(requireNonNull(text), "test"));
  }

  @Override
  public Map<String, String> nativeSettings() {
    return Map.of();
  }
}
