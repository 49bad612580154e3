package dev.mq.rabbit.internal.stream;

import dev.mq.api.DeclarationConflictException;
import dev.mq.api.ErrorCode;
import dev.mq.api.LogSpec;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.rabbit.internal.connect.Connections;
import dev.mq.rabbit.internal.connect.RabbitKeys;
import dev.mq.spi.BackendLog;
import dev.mq.spi.GroupListener;
import dev.mq.spi.GroupMember;
import dev.mq.spi.LogDriver;
import dev.mq.spi.RecordSource;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The logs of a session. Thread-safe. */
final class StreamLogs implements LogDriver {
  /** How old the number of partitions that a source knows may be. */
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** How long a broker that answers may take to close a consumer. */
  private static final Duration CLOSING = Duration.ofSeconds(2);

  private final Connections connections;
  private final StreamClient client;
  private final StreamProbe probe;
  private final LogTopology topology;
  private final LogRegister register;
  private final LogGroups groups;
  private final Map<String, StreamLog> handles = new ConcurrentHashMap<>();

  StreamLogs(Connections connections, StreamClient client) {
    this.connections = connections;
    this.client = client;
    Pipeline pipeline =
        new Pipeline(
            connections.consuming(), connections.context().config().get(RabbitKeys.RPC_TIMEOUT));
    this.probe = new StreamProbe(client);
    this.topology = new LogTopology(client, connections.control(), pipeline);
    this.register = new LogRegister(client, connections.control(), probe);
    this.groups = new LogGroups(connections, pipeline, register);
  }

  void close() {
    probe.close();
  }

  /**
   * Runs a closing and waits for it, for no longer than a broker that answers takes. Not waiting at
   * all would let a stream be deleted while its consumer is closed, and the client then waits for
   * 45 seconds, with everything that is opened meanwhile.
   */
  void closing(Runnable task) {
    connections.atOnce(CLOSING, task);
  }

  TimeSource time() {
    return connections.context().time();
  }

  StreamClient client() {
    return client;
  }

  StreamProbe probe() {
    return probe;
  }

  @Override
  public BackendLog create(LogSpec spec) {
    int there = topology.count(spec.name(), 0);
    if (there == 0) {
      register.spec(spec);
    } else if (there > spec.partitions()) {
      throw new DeclarationConflictException(
          "log '" + spec.name() + "'", "partitions=" + there, spec.toString());
    }
    topology.make(spec, 0);
    return seen(spec.name(), spec.partitions());
  }

  @Override
  public Optional<LogSpec> describe(String name) {
    int partitions = topology.count(name, 0);
    if (partitions == 0) {
      return Optional.empty();
    }
    seen(name, partitions);
    return Optional.of(spec(name, partitions));
  }

  private LogSpec spec(String name, int partitions) {
    LogRegister.Entries known = register.read(name);
    LogSpec.Builder b = LogSpec.builder(name).partitions(partitions);
    if (known.retention() != null) {
      b.retention(known.retention());
    }
    if (known.retentionBytes() > 0) {
      b.retentionBytes(known.retentionBytes());
    }
    return b.build();
  }

  private StreamLog seen(String name, int partitions) {
    StreamLog log = handles.computeIfAbsent(name, StreamLog::new);
    log.partitions(partitions, time().nanoTime());
    return log;
  }

  @Override
  public BackendLog open(String name) {
    StreamLog known = handles.get(name);
    int partitions = topology.count(name, known == null ? 0 : known.partitions());
    if (partitions == 0) {
      handles.remove(name);
      throw new NotFoundException("open log:" + name + ": there is no such log");
    }
    return seen(name, partitions);
  }

  /** Asks for the number of partitions, unless that was done lately. */
  void lookForPartitions(StreamLog log) {
    long now = time().nanoTime();
    if (now - log.lookedAt() < LOOK_NANOS) {
      return;
    }
    log.lookedAt(now);
    try {
      int partitions = topology.count(log.name(), log.partitions());
      if (partitions > 0) {
        log.partitions(partitions, now);
      }
    } catch (RuntimeException e) {
      // Not connected: the number is asked for again later, and reading tells what is wrong.
      log.lookedAt(now);
    }
  }

  @Override
  public void delete(String name) {
    int partitions = topology.count(name, 0);
    List<String> queues = new ArrayList<>();
    for (int p = 0; p < partitions; p++) {
      queues.add(StreamLog.stream(name, p));
    }
    for (String group : register.read(name).groups()) {
      for (int p = 0; p < partitions; p++) {
        queues.add(StreamNames.tokens(group, StreamLog.stream(name, p)));
      }
    }
    queues.add(StreamNames.register(name));
    topology.delete(name, queues);
    handles.remove(name);
  }

  @Override
  public void addPartitions(BackendLog log, int total) {
    StreamLog own = own(log, "add partitions");
    int there = topology.count(own.name(), own.partitions());
    topology.make(spec(own.name(), total), there);
    seen(own.name(), Math.max(there, total));
  }

  @Override
  public Positions begin(BackendLog log) {
    return positions(probe.begins(streams(own(log, "begin"))));
  }

  @Override
  public Positions end(BackendLog log) {
    return positions(
        probe.lasts(streams(own(log, "end"))).stream().mapToLong(StreamProbe.Last::end).toArray());
  }

  @Override
  public Positions at(BackendLog log, Instant time) {
    return positions(probe.at(streams(own(log, "seek")), time.toEpochMilli()));
  }

  private static List<String> streams(StreamLog log) {
    List<String> all = new ArrayList<>();
    for (int p = 0; p < log.partitions(); p++) {
      all.add(log.stream(p));
    }
    return all;
  }

  private static Positions positions(long[] offsets) {
    Map<Integer, Long> all = new HashMap<>();
    for (int p = 0; p < offsets.length; p++) {
      all.put(p, offsets[p]);
    }
    return Positions.of(all);
  }

  @Override
  public Positions committed(BackendLog log, String group) {
    return groups.committed(own(log, "committed"), group);
  }

  @Override
  public void reset(BackendLog log, String group, Positions positions) {
    groups.reset(own(log, "reset"), group, positions);
  }

  @Override
  public RecordSource reader(BackendLog log, int maxRecords) {
    return new StreamSource(this, own(log, "read"));
  }

  @Override
  public GroupMember join(
      BackendLog log, String group, Position start, int maxRecords, GroupListener listener) {
    StreamLog own = own(log, "join");
    return new StreamMember(this, own, groups, groups.join(own, group), start, listener);
  }

  private static StreamLog own(BackendLog log, String operation) {
    if (log instanceof StreamLog l) {
      return l;
    }
    throw new MqException(
        ErrorCode.INVALID_ARGUMENT, operation + " log:" + log.name() + " is of another backend");
  }
}
