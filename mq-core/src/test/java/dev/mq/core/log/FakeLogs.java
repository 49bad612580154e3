package dev.mq.core.log;

import dev.mq.api.Capabilities;
import dev.mq.api.Capability;
import dev.mq.api.ErrorCode;
import dev.mq.api.LogSpec;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.spi.BackendLog;
import dev.mq.spi.BackendSession;
import dev.mq.spi.ErrorClass;
import dev.mq.spi.GroupListener;
import dev.mq.spi.GroupMember;
import dev.mq.spi.LogDriver;
import dev.mq.spi.PublishChannel;
import dev.mq.spi.RecordSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * One log named {@code events} whose offsets have gaps where a test wants them, and whose groups do
 * what a test says. Guarded by its monitor, which sources wait on.
 */
final class FakeLogs implements BackendSession, LogDriver, BackendLog {
  record Rec(long offset, long timestamp, Message message) {}

  final List<List<Rec>> partitions = new ArrayList<>();
  final Map<Integer, Long> begin = new HashMap<>();
  final Map<Integer, Long> end = new HashMap<>();
  final Map<Integer, Long> committed = new TreeMap<>();
  final List<FakeMember> members = new CopyOnWriteArrayList<>();
  final List<FakeSource> sources = new CopyOnWriteArrayList<>();
  volatile Position joinedAt = Position.begin();

  /** How much too early {@link #at} answers, as systems with coarse indexes do. */
  long atTooEarly;

  FakeLogs(int count) {
    for (int i = 0; i < count; i++) {
      partitions.add(new ArrayList<>());
      begin.put(i, 0L);
      end.put(i, 0L);
    }
  }

  synchronized long append(int partition, String body) {
    return append(partition, Message.of(body.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  synchronized long append(int partition, Message message) {
    long offset = end.get(partition);
    partitions.get(partition).add(new Rec(offset, 1000 + offset * 10, message));
    end.put(partition, offset + 1);
    notifyAll();
    return offset;
  }

  /** Leaves offsets without records. */
  synchronized void gap(int partition, long count) {
    end.merge(partition, count, Long::sum);
    notifyAll();
  }

  synchronized void grow() {
    int p = partitions.size();
    partitions.add(new ArrayList<>());
    begin.put(p, 0L);
    end.put(p, 0L);
    notifyAll();
  }

  FakeMember member() {
    return members.get(members.size() - 1);
  }

  synchronized Map<Integer, Long> committed() {
    return new TreeMap<>(committed);
  }

  @Override
  public String name() {
    return "events";
  }

  @Override
  public synchronized int partitions() {
    return partitions.size();
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.builder("fake")
        .with(
            Capability.LOGS,
            Capability.TIMESTAMP_SEEK,
            Capability.LOG_LAG,
            Capability.ADD_PARTITIONS)
        .build();
  }

  @Override
  public PublishChannel openPublisher() {
    throw new IllegalStateException("nothing is published here");
  }

  @Override
  public Optional<LogDriver> logs() {
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
  public void close(Duration timeout) {}

  @Override
  public BackendLog create(LogSpec spec) {
    return this;
  }

  @Override
  public Optional<LogSpec> describe(String name) {
    return Optional.empty();
  }

  @Override
  public BackendLog open(String name) {
    if (!name.equals(name())) {
      throw new NotFoundException("no log " + name);
    }
    return this;
  }

  @Override
  public void delete(String name) {}

  @Override
  public synchronized void addPartitions(BackendLog log, int total) {
    while (partitions.size() < total) {
      grow();
    }
  }

  @Override
  public synchronized Positions begin(BackendLog log) {
    return Positions.of(begin);
  }

  @Override
  public synchronized Positions end(BackendLog log) {
    return Positions.of(end);
  }

  @Override
  public synchronized Positions at(BackendLog log, Instant time) {
    Positions found = Positions.of(end);
    for (int p = 0; p < partitions.size(); p++) {
      for (Rec r : partitions.get(p)) {
        if (r.timestamp() >= time.toEpochMilli()) {
          found = found.with(p, Math.max(begin.get(p), r.offset() - atTooEarly));
          break;
        }
      }
    }
    return found;
  }

  @Override
  public synchronized Positions committed(BackendLog log, String group) {
    return Positions.of(committed);
  }

  @Override
  public synchronized void reset(BackendLog log, String group, Positions positions) {
    if (!members.isEmpty()) {
      throw new MqException(ErrorCode.OWNED_BY_OTHER, "has a member");
    }
    committed.putAll(positions.offsets());
  }

  @Override
  public RecordSource reader(BackendLog log, int maxRecords) {
    FakeSource source = new FakeSource(this);
    sources.add(source);
    return source;
  }

  @Override
  public GroupMember join(
      BackendLog log, String group, Position start, int maxRecords, GroupListener listener) {
    joinedAt = start;
    FakeMember member = new FakeMember(this, start, listener);
    members.add(member);
    return member;
  }
}
