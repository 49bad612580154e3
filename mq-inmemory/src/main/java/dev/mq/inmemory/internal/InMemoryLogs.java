package dev.mq.inmemory.internal;

import dev.mq.api.DeclarationConflictException;
import dev.mq.api.ErrorCode;
import dev.mq.api.LogSpec;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.inmemory.internal.log.MemoryLog;
import dev.mq.spi.BackendLog;
import dev.mq.spi.GroupListener;
import dev.mq.spi.GroupMember;
import dev.mq.spi.LogDriver;
import dev.mq.spi.RecordSource;
import java.time.Instant;
import java.util.Optional;

/** The logs of an engine as one session sees them. Thread-safe. */
final class InMemoryLogs implements LogDriver {
  private final InMemorySession session;
  private final Engine engine;

  InMemoryLogs(InMemorySession session) {
    this.session = session;
    this.engine = session.engine();
  }

  @Override
  public BackendLog create(LogSpec spec) {
    session.checkOpen("declare log:" + spec.name());
    LogSpec wanted = plain(spec);
    MemoryLog log =
        engine
            .logs()
            .computeIfAbsent(
                spec.name(), name -> new MemoryLog(wanted, engine.time(), engine.activity()));
    if (!log.spec().equals(wanted)) {
      throw new DeclarationConflictException(
          "log '" + spec.name() + "'", log.spec().toString(), wanted.toString());
    }
    return log;
  }

  /** Returns a spec without what only says how to declare it. */
  private static LogSpec plain(LogSpec spec) {
    LogSpec.Builder b = LogSpec.builder(spec.name()).partitions(spec.partitions());
    if (spec.retention() != null) {
      b.retention(spec.retention());
    }
    if (spec.retentionBytes() > 0) {
      b.retentionBytes(spec.retentionBytes());
    }
    return b.build();
  }

  @Override
  public Optional<LogSpec> describe(String name) {
    session.checkOpen("describe log:" + name);
    return engine.log(name).map(MemoryLog::spec);
  }

  @Override
  public BackendLog open(String name) {
    session.checkOpen("open log:" + name);
    return engine
        .log(name)
        .orElseThrow(() -> new NotFoundException("open log:" + name + ": there is no such log"));
  }

  @Override
  public void delete(String name) {
    session.checkOpen("delete log:" + name);
    MemoryLog log = engine.logs().remove(name);
    if (log != null) {
      log.delete();
    }
  }

  @Override
  public void addPartitions(BackendLog log, int total) {
    own(log, "add partitions").addPartitions(total);
  }

  @Override
  public Positions begin(BackendLog log) {
    return own(log, "begin").begin();
  }

  @Override
  public Positions end(BackendLog log) {
    return own(log, "end").end();
  }

  @Override
  public Positions at(BackendLog log, Instant time) {
    return own(log, "seek").at(time);
  }

  @Override
  public Positions committed(BackendLog log, String group) {
    return own(log, "committed").group(group).committed();
  }

  @Override
  public void reset(BackendLog log, String group, Positions positions) {
    own(log, "reset").reset(group, positions);
  }

  @Override
  public RecordSource reader(BackendLog log, int maxRecords) {
    return session.add(own(log, "read").reader());
  }

  @Override
  public GroupMember join(
      BackendLog log, String group, Position start, int maxRecords, GroupListener listener) {
    return session.add(own(log, "join").join(group, start, session.sessionTimeout(), listener));
  }

  private MemoryLog own(BackendLog log, String operation) {
    session.checkOpen(operation + " log:" + log.name());
    if (log instanceof MemoryLog l) {
      return l;
    }
    throw new MqException(
        ErrorCode.INVALID_ARGUMENT, "log:" + log.name() + " is of another backend");
  }
}
