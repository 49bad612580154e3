package dev.mq.inmemory.tck;

import dev.mq.api.LogSpec;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.spi.BackendLog;
import dev.mq.spi.GroupListener;
import dev.mq.spi.GroupMember;
import dev.mq.spi.LogDriver;
import dev.mq.spi.RecordBatch;
import dev.mq.spi.RecordSource;
import java.time.Instant;
import java.util.Optional;

/** Logs whose positions pass through the mutation. */
record MutantLogs(LogDriver engine, Mutation mutation) implements LogDriver {
  @Override
  public BackendLog create(LogSpec spec) {
    return engine.create(spec);
  }

  @Override
  public Optional<LogSpec> describe(String name) {
    return engine.describe(name);
  }

  @Override
  public BackendLog open(String name) {
    return engine.open(name);
  }

  @Override
  public void delete(String name) {
    engine.delete(name);
  }

  @Override
  public void addPartitions(BackendLog log, int total) {
    engine.addPartitions(log, total);
  }

  @Override
  public Positions begin(BackendLog log) {
    return engine.begin(log);
  }

  @Override
  public Positions end(BackendLog log) {
    return engine.end(log);
  }

  @Override
  public Positions at(BackendLog log, Instant time) {
    return engine.at(log, time);
  }

  @Override
  public Positions committed(BackendLog log, String group) {
    return engine.committed(log, group);
  }

  @Override
  public void reset(BackendLog log, String group, Positions positions) {
    engine.reset(log, group, positions);
  }

  @Override
  public RecordSource reader(BackendLog log, int maxRecords) {
    return new Source(engine.reader(log, maxRecords), mutation);
  }

  @Override
  public GroupMember join(
      BackendLog log, String group, Position start, int maxRecords, GroupListener listener) {
    return new Member(engine.join(log, group, start, maxRecords, listener), mutation);
  }

  private static class Source implements RecordSource {
    private final RecordSource engine;
    final Mutation mutation;

    Source(RecordSource engine, Mutation mutation) {
      this.engine = engine;
      this.mutation = mutation;
    }

    @Override
    public int poll(RecordBatch batch, long maxWaitNanos) throws InterruptedException {
      return engine.poll(batch, maxWaitNanos);
    }

    @Override
    public void seek(int partition, long offset) {
      engine.seek(partition, mutation.sought(offset));
    }

    @Override
    public long position(int partition) {
      return engine.position(partition);
    }

    @Override
    public void pause(int partition) {
      engine.pause(partition);
    }

    @Override
    public void resume(int partition) {
      engine.resume(partition);
    }

    @Override
    public void wakeup() {
      engine.wakeup();
    }

    @Override
    public void close() {
      engine.close();
    }
  }

  private static final class Member extends Source implements GroupMember {
    private final GroupMember member;

    Member(GroupMember member, Mutation mutation) {
      super(member, mutation);
      this.member = member;
    }

    @Override
    public void commit(Positions positions, CommitCallback callback) {
      member.commit(mutation.committed(positions), callback);
    }
  }
}
