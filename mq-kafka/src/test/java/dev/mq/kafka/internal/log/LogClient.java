package dev.mq.kafka.internal.log;

import dev.mq.api.Message;
import dev.mq.api.Position;
import dev.mq.kafka.KafkaBackendProvider;
import dev.mq.kafka.TestContext;
import dev.mq.kafka.internal.client.KafkaClients;
import dev.mq.spi.BackendLog;
import dev.mq.spi.BackendSession;
import dev.mq.spi.LogDriver;
import dev.mq.spi.PublishChannel;
import dev.mq.spi.RecordSource;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;

/** A session as the runtime would open it, and shorthands for what tests do with its logs. */
final class LogClient implements AutoCloseable {
  /** The size of a large body. */
  static final int LARGE = 4000;

  final BackendSession session;
  final LogDriver logs;
  final PublishChannel publisher;
  private final TestContext context;
  private final KafkaClients clients;

  LogClient(String servers) {
    this(servers, Map.of());
  }

  LogClient(String servers, Map<String, String> more) {
    this.context = new TestContext(servers);
    more.forEach(context::set);
    this.session = new KafkaBackendProvider().open(context);
    this.clients = new KafkaClients(context);
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
    LogConsumer consumer = new LogConsumer(clients.consumer("group", settings), l, context.time());
    Duration bound = Duration.ofSeconds(10);
    return new TestMember(
        listener ->
            new LogMember(consumer, group, offsets, start, context.time(), bound, listener));
  }

  static Message message(String text) {
    return Message.builder().id(text).body(text).build();
  }

  @Override
  public void close() {
    publisher.close(Duration.ofSeconds(5));
    session.close(Duration.ofSeconds(5));
    clients.close(Duration.ofSeconds(5));
    context.close();
  }
}
