package dev.mq.inmemory.internal.log;

import dev.mq.api.ErrorCode;
import dev.mq.api.LogSpec;
import dev.mq.api.MqException;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.inmemory.internal.sync.Activity;
import dev.mq.inmemory.internal.time.EngineTime;
import dev.mq.spi.BackendLog;
import dev.mq.spi.GroupListener;
import dev.mq.spi.PublishBatch;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;

/**
 * A log. Thread-safe. {@code lock} guards the number of partitions; partitions and groups have
 * locks of their own.
 */
public final class MemoryLog implements BackendLog {
  private final LogSpec spec;
  private final EngineTime time;
  private final Activity activity;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Group> groups = new ConcurrentHashMap<>();
  private final Set<Source> sources = ConcurrentHashMap.newKeySet();
  private volatile Partition[] partitions = new Partition[0];
  private volatile boolean deleted;

  /** Creates an empty log. */
  public MemoryLog(LogSpec spec, EngineTime time, Activity activity) {
    this.spec = spec;
    this.time = time;
    this.activity = activity;
    grow(spec.partitions());
  }

  private void grow(int total) {
    Partition[] p = Arrays.copyOf(partitions, total);
    Duration retention = spec.retention();
    for (int i = partitions.length; i < total; i++) {
      p[i] =
          new Partition(
              name(), i, retention == null ? 0 : retention.toMillis(), spec.retentionBytes(), time);
    }
    partitions = p;
  }

  @Override
  public String name() {
    return spec.name();
  }

  @Override
  public int partitions() {
    return partitions.length;
  }

  /** Returns the properties as they are now. */
  public LogSpec spec() {
    return spec.toBuilder().partitions(partitions.length).build();
  }

  boolean isDeleted() {
    return deleted;
  }

  Partition partition(int number) {
    Partition[] p = partitions;
    if (number < 0 || number >= p.length) {
      throw new MqException(
          ErrorCode.INVALID_ARGUMENT,
          "log:" + name() + ": partition " + number + " is none of 0 to " + (p.length - 1));
    }
    return p[number];
  }

  /**
   * Appends messages {@code from} to {@code to} (exclusive) of a batch to one partition; returns
   * the first offset.
   */
  public long append(int partition, PublishBatch batch, int from, int to) {
    long first = partition(partition).append(batch, from, to);
    activity.touch();
    return first;
  }

  /**
   * Raises the number of partitions; existing groups read the new ones from their beginning (L-14).
   */
  public void addPartitions(int total) {
    lock.lock();
    try {
      if (total < partitions.length || total > 10_000) {
        throw new MqException(
            ErrorCode.INVALID_ARGUMENT,
            "addPartitions log:"
                + name()
                + ": "
                + total
                + " is not in "
                + partitions.length
                + " to 10000");
      }
      grow(total);
    } finally {
      lock.unlock();
    }
    groups.values().forEach(Group::partitionsAdded);
  }

  /** Removes all records; readers and appends fail from now on. */
  public void delete() {
    deleted = true;
    for (Partition p : partitions) {
      p.delete();
    }
    sources.forEach(Source::signal);
    activity.touch();
  }

  /** Returns the first offset still there, per partition. */
  public Positions begin() {
    return positions(Partition::begin);
  }

  /** Returns the next offset, per partition. */
  public Positions end() {
    return positions(Partition::end);
  }

  /** Returns the first offset with a timestamp at or after a time, or the end, per partition. */
  public Positions at(Instant instant) {
    // Timestamps have whole milliseconds: the first one at or after a time with a fraction is the
    // next one.
    long millis = instant.toEpochMilli();
    long first = Instant.ofEpochMilli(millis).equals(instant) ? millis : millis + 1;
    return positions(p -> p.at(first));
  }

  private Positions positions(ToLongFunction<Partition> of) {
    Map<Integer, Long> found = new HashMap<>();
    for (Partition p : partitions) {
      found.put(p.number(), of.applyAsLong(p));
    }
    return Positions.of(found);
  }

  /** Returns the offsets a position stands for now, one for every partition. */
  Positions resolve(Position position) {
    if (position instanceof Position.End) {
      return end();
    }
    if (position instanceof Position.At at) {
      return at(at.time());
    }
    Positions begin = begin();
    if (position instanceof Position.Offsets o) {
      Map<Integer, Long> found = new HashMap<>(begin.offsets());
      o.positions().offsets().forEach((p, offset) -> found.put(p, checked(p, offset)));
      return Positions.of(found);
    }
    return begin;
  }

  /** Returns an offset that may be read, or throws. */
  long checked(int partition, long offset) {
    Partition p = partition(partition);
    if (offset < p.begin() || offset > p.end()) {
      throw new MqException(
          ErrorCode.OUT_OF_RANGE,
          "log:"
              + name()
              + " partition "
              + partition
              + ": offset "
              + offset
              + " lies outside of "
              + p.begin()
              + " to "
              + p.end());
    }
    return offset;
  }

  /** Opens a source that belongs to no group. */
  public Source reader() {
    Source s = new Source(this);
    sources.add(s);
    return s;
  }

  /** Joins a group, and makes it when there is none of this name. */
  public Member join(
      String group, Position start, Duration sessionTimeout, GroupListener listener) {
    Group g = groups.computeIfAbsent(group, name -> new Group(this, name, start, time, activity));
    Member m = g.join(sessionTimeout, listener);
    sources.add(m);
    return m;
  }

  /** Returns a group; one that nobody joined yet has committed nothing. */
  public Group group(String group) {
    Group g = groups.get(group);
    return g != null ? g : new Group(this, group, Position.begin(), time, activity);
  }

  /** Sets what a group committed; makes the group when there is none of this name. */
  public void reset(String group, Positions positions) {
    groups
        .computeIfAbsent(group, name -> new Group(this, name, Position.begin(), time, activity))
        .reset(positions);
  }

  /** Returns the groups. */
  public Collection<Group> groups() {
    return groups.values();
  }

  void forget(Source source) {
    sources.remove(source);
  }
}
