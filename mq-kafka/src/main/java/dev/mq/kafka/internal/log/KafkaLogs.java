package dev.mq.kafka.internal.log;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Capabilities;
import dev.mq.api.Capability;
import dev.mq.api.DeclarationConflictException;
import dev.mq.api.ErrorCode;
import dev.mq.api.LogSpec;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.kafka.internal.client.Futures;
import dev.mq.kafka.internal.client.KafkaClients;
import dev.mq.kafka.internal.client.KafkaKeys;
import dev.mq.spi.BackendLog;
import dev.mq.spi.GroupListener;
import dev.mq.spi.GroupMember;
import dev.mq.spi.LogDriver;
import dev.mq.spi.RecordSource;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** The logs of a cluster as one session sees them. Thread-safe. */
public final class KafkaLogs implements LogDriver {
  private static final long PAUSE = Duration.ofMillis(5).toNanos();

  /** A polling thread that hangs for this long is taken for dead by the group. */
  private static final int MAX_SILENCE_MILLIS = (int) Duration.ofHours(1).toMillis();

  private final KafkaClients clients;
  private final LogOffsets offsets;
  private final GroupOffsets groups;
  private final Map<String, KafkaLog> handles = new ConcurrentHashMap<>();

  /** Creates the driver; costs no I/O. */
  public KafkaLogs(KafkaClients clients) {
    this.clients = requireNonNull(clients, "clients");
    this.offsets = new LogOffsets(clients);
    this.groups = new GroupOffsets(clients);
  }

  /** Adds what logs can do. */
  public static Capabilities.Builder capabilities(Capabilities.Builder all) {
    return all.with(
        Capability.LOGS,
        Capability.APPEND_OFFSET,
        Capability.TIMESTAMP_SEEK,
        Capability.LOG_LAG,
        Capability.LOG_RETENTION,
        Capability.ADD_PARTITIONS);
  }

  // -- logs

  @Override
  public BackendLog create(LogSpec spec) {
    String topic = clients.names().log(spec.name());
    if (!clients.topics().create(topic, spec.partitions(), TopicSettings.of(spec))) {
      LogSpec wanted =
          TopicSettings.spec(spec.name(), spec.partitions(), TopicSettings.of(spec)::get);
      LogSpec found = describe(spec.name()).orElse(wanted);
      if (!found.equals(wanted)) {
        throw new DeclarationConflictException(
            "log '" + spec.name() + "'", found.toString(), wanted.toString());
      }
    }
    return handle(spec.name(), seen(topic).orElseThrow(() -> missing("declare", spec.name())));
  }

  /** Asks for a topic that its maker knows of already. */
  private Optional<TopicDescription> seen(String topic) {
    return Optional.of(
        clients
            .topics()
            .untilKnown(
                topic,
                () -> clients.admin().describeTopics(List.of(topic)).topicNameValues().get(topic)));
  }

  private KafkaLog handle(String name, TopicDescription seen) {
    return handles.compute(
        name,
        (n, known) -> {
          if (known != null && known.saw(seen)) {
            return known;
          }
          return new KafkaLog(clients, name, seen);
        });
  }

  @Override
  public Optional<LogSpec> describe(String name) {
    String topic = clients.names().log(name);
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    KafkaFuture<Config> settings =
        requireNonNull(clients.admin().describeConfigs(List.of(resource)).values().get(resource));
    return clients
        .topics()
        .describe(topic)
        .map(
            seen -> {
              Config config = config(settings);
              return TopicSettings.spec(
                  name, seen.partitions().size(), setting -> value(config, setting));
            });
  }

  private static @Nullable Config config(KafkaFuture<Config> settings) {
    try {
      return Futures.get(settings);
    } catch (AuthorizationException | UnknownTopicOrPartitionException e) {
      return null;
    }
  }

  private static @Nullable String value(@Nullable Config config, String setting) {
    ConfigEntry entry = config == null ? null : config.get(setting);
    return entry == null ? null : entry.value();
  }

  @Override
  public BackendLog open(String name) {
    return handle(
        name,
        clients
            .topics()
            .describe(clients.names().log(name))
            .orElseThrow(() -> missing("open", name)));
  }

  private static NotFoundException missing(String operation, String name) {
    return new NotFoundException(operation + " log:" + name + ": there is no such log");
  }

  @Override
  public void delete(String name) {
    String topic = clients.names().log(name);
    clients.topics().delete(topic);
    KafkaLog handle = handles.remove(name);
    if (handle != null) {
      handle.gone();
    }
    awaitGone(topic);
  }

  /** The broker that is asked next may learn of it a little later. */
  private void awaitGone(String topic) {
    long limit = clients.context().config().get(KafkaKeys.OPERATION_TIMEOUT).toNanos();
    long start = clients.time().nanoTime();
    while (clients.topics().describe(topic).isPresent()
        && clients.time().nanoTime() - start < limit
        && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(this, PAUSE);
    }
  }

  @Override
  public void addPartitions(BackendLog log, int total) {
    KafkaLog l = own(log, "add partitions to");
    try {
      Futures.get(
          clients
              .admin()
              .createPartitions(Map.of(l.topic(), NewPartitions.increaseTo(total)))
              .all());
    } catch (InvalidPartitionsException e) {
      int now = seen(l.topic()).map(d -> d.partitions().size()).orElse(0);
      if (now != total) {
        throw e;
      }
      // Somebody else was faster.
    }
    clients.topics().awaitReady(l.topic(), total);
    seenWith(l, total);
  }

  private void seenWith(KafkaLog log, int total) {
    long limit = clients.context().config().get(KafkaKeys.OPERATION_TIMEOUT).toNanos();
    long start = clients.time().nanoTime();
    while (log.partitions() < total
        && clients.time().nanoTime() - start < limit
        && !Thread.currentThread().isInterrupted()) {
      seen(log.topic()).ifPresent(log::saw);
    }
  }

  // -- offsets

  @Override
  public Positions begin(BackendLog log) {
    return offsets.begin(own(log, "begin"));
  }

  @Override
  public Positions end(BackendLog log) {
    return offsets.end(own(log, "end"));
  }

  @Override
  public Positions at(BackendLog log, Instant time) {
    return offsets.at(own(log, "at"), time);
  }

  @Override
  public Positions committed(BackendLog log, String group) {
    return groups.committed(own(log, "committed"), group);
  }

  @Override
  public void reset(BackendLog log, String group, Positions positions) {
    groups.reset(own(log, "reset"), group, positions);
  }

  // -- reading

  @Override
  public RecordSource reader(BackendLog log, int maxRecords) {
    KafkaLog l = own(log, "read");
    return new LogReader(consumer(l, "read", maxRecords, Map.of()), offsets);
  }

  @Override
  public GroupMember join(
      BackendLog log, String group, Position start, int maxRecords, GroupListener listener) {
    KafkaLog l = own(log, "join");
    GroupBase base = new GroupBase(groups.of(l, group).values(), l.partitions());
    StartPoint point = new StartPoint(offsets, l, base, start);
    LogConsumer consumer =
        consumer(
            l,
            "group",
            maxRecords,
            Map.of(
                "group.id",
                clients.names().group(group),
                "max.poll.interval.ms",
                MAX_SILENCE_MILLIS));
    Duration bound = clients.context().config().get(KafkaKeys.OPERATION_TIMEOUT);
    return new LogMember(consumer, group, offsets, point, clients.time(), bound, listener);
  }

  private LogConsumer consumer(
      KafkaLog log, String role, int maxRecords, Map<String, Object> group) {
    Map<String, Object> settings = new HashMap<>(group);
    settings.put("max.poll.records", maxRecords);
    settings.put("auto.offset.reset", "none");
    settings.put("isolation.level", "read_committed");
    return new LogConsumer(clients.consumer(role, settings), log, clients.time());
  }

  private static KafkaLog own(BackendLog log, String operation) {
    if (log instanceof KafkaLog l) {
      return l;
    }
    throw new MqException(
        ErrorCode.INVALID_ARGUMENT,
        operation + " log:" + log.name() + ": it is of another backend");
  }

  /**
   * Closes what is still open: every source is a client of its own, closed by whoever opened it.
   */
  public void close(Duration timeout) {
    handles.clear();
  }
}
