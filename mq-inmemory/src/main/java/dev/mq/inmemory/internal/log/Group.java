package dev.mq.inmemory.internal.log;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.inmemory.internal.sync.Activity;
import dev.mq.inmemory.internal.time.EngineTime;
import dev.mq.spi.GroupListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The coordinator of one group of one log. Thread-safe; {@code lock} is never held while a listener
 * runs.
 *
 * <p>{@code target} says who shall own a partition, {@code owner} who does. A partition moves in
 * two steps, each in a poll of the member concerned: the old owner runs its revoked callback and
 * lets go, then the new one takes it. Only a member that was closed, killed or silent for longer
 * than its timeout loses a partition without a word. {@code committed} is -1 where nothing was
 * committed; reading then begins at {@code start}, which is fixed when the group is made, or 0 for
 * partitions added later.
 */
public final class Group {
  private final MemoryLog log;
  private final String name;
  private final EngineTime time;
  private final Activity activity;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Member> members = new ArrayList<>();
  private @Nullable Member[] owner = new Member[0];
  private @Nullable Member[] target = new Member[0];
  private boolean[] letGo = new boolean[0];
  private long[] start = new long[0];
  private long[] committed = new long[0];
  private volatile boolean watching;

  Group(MemoryLog log, String name, Position position, EngineTime time, Activity activity) {
    this.log = log;
    this.name = name;
    this.time = time;
    this.activity = activity;
    Positions first = log.resolve(position);
    grow(first.offsets().size());
    first.offsets().forEach((p, offset) -> start[p] = offset);
  }

  private void grow(int partitions) {
    int before = committed.length;
    owner = Arrays.copyOf(owner, partitions);
    target = Arrays.copyOf(target, partitions);
    letGo = Arrays.copyOf(letGo, partitions);
    start = Arrays.copyOf(start, partitions);
    committed = Arrays.copyOf(committed, partitions);
    Arrays.fill(committed, before, partitions, -1);
  }

  /** Returns the name. */
  public String name() {
    return name;
  }

  // -- membership

  Member join(Duration sessionTimeout, GroupListener listener) {
    Member m = new Member(this, log, sessionTimeout.toNanos(), listener);
    lock.lock();
    try {
      m.lastPoll = time.nanoTime();
      grow(log.partitions());
      members.add(m);
      rebalance();
    } finally {
      lock.unlock();
    }
    watch();
    activity.touch();
    return m;
  }

  /** Takes a member that is still asked for back in, after it was expelled. */
  void rejoin(Member m) {
    lock.lock();
    try {
      if (m.expelled) {
        m.expelled = false;
        members.add(m);
        rebalance();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Removes a member; partitions it still owns are lost to it. */
  void leave(Member m) {
    lock.lock();
    try {
      expel(m);
      rebalance();
    } finally {
      lock.unlock();
    }
    activity.touch();
  }

  private void expel(Member m) {
    if (members.remove(m)) {
      for (int p = 0; p < owner.length; p++) {
        if (owner[p] == m) {
          owner[p] = null;
          letGo[p] = false;
          m.lost.add(p);
        }
      }
      m.expelled = true;
      m.eventsPending = true;
      m.signal();
    }
  }

  void partitionsAdded() {
    lock.lock();
    try {
      grow(log.partitions());
      rebalance();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Moves every partition to the next member, or takes it from the only one and gives it back; for
   * tests of programs.
   */
  public void shuffle() {
    lock.lock();
    try {
      for (int p = 0; p < target.length; p++) {
        int at = members.indexOf(target[p]);
        if (at >= 0) {
          target[p] = members.get((at + 1) % members.size());
          letGo[p] = owner[p] != null;
        }
      }
      tellMembers();
    } finally {
      lock.unlock();
    }
    activity.touch();
  }

  private void rebalance() {
    int[] current = new int[target.length];
    for (int p = 0; p < current.length; p++) {
      current[p] = members.indexOf(target[p]);
    }
    int[] next = StickyAssignment.assign(current, members.size());
    for (int p = 0; p < next.length; p++) {
      target[p] = next[p] < 0 ? null : members.get(next[p]);
    }
    tellMembers();
  }

  private void tellMembers() {
    for (int p = 0; p < target.length; p++) {
      Member o = owner[p];
      Member concerned = o == null ? target[p] : mustLetGo(p, o) ? o : null;
      if (concerned != null) {
        concerned.eventsPending = true;
        concerned.signal();
      }
    }
  }

  private boolean mustLetGo(int p, Member o) {
    return target[p] != o || letGo[p];
  }

  // -- what a member asks in its poll

  /** Returns what a member lost since it asked last. */
  int[] takeLost(Member m) {
    lock.lock();
    try {
      int[] lost = m.lost.stream().mapToInt(Integer::intValue).toArray();
      m.lost.clear();
      return lost;
    } finally {
      lock.unlock();
    }
  }

  /** Returns the partitions a member has to give up; all it has when {@code leaving}. */
  int[] toRevoke(Member m, boolean leaving) {
    lock.lock();
    try {
      List<Integer> found = new ArrayList<>();
      for (int p = 0; p < owner.length; p++) {
        if (owner[p] == m && (leaving || mustLetGo(p, m))) {
          found.add(p);
        }
      }
      return found.stream().mapToInt(Integer::intValue).toArray();
    } finally {
      lock.unlock();
    }
  }

  /** Ends the ownership of partitions whose revoked callback has run. */
  void release(Member m, int[] partitions) {
    lock.lock();
    try {
      for (int p : partitions) {
        if (owner[p] == m) {
          owner[p] = null;
          letGo[p] = false;
        }
        m.lost.remove((Integer) p);
      }
      tellMembers();
    } finally {
      lock.unlock();
    }
    activity.touch();
  }

  /** Gives a member the partitions that are free and meant for it, with where to start. */
  Map<Integer, Long> claim(Member m) {
    Map<Integer, Long> claimed = new HashMap<>();
    lock.lock();
    try {
      for (int p = 0; p < owner.length; p++) {
        if (owner[p] == null && target[p] == m && !m.expelled) {
          owner[p] = m;
          claimed.put(p, next(p));
        }
      }
    } finally {
      lock.unlock();
    }
    activity.touch();
    return claimed;
  }

  private long next(int p) {
    return committed[p] >= 0 ? committed[p] : start[p];
  }

  boolean isOwner(Member m, int partition) {
    lock.lock();
    try {
      return partition >= 0 && partition < owner.length && owner[partition] == m;
    } finally {
      lock.unlock();
    }
  }

  void touched() {
    activity.touch();
  }

  long now() {
    return time.nanoTime();
  }

  // -- commits

  /** Commits what a member owns; returns what is wrong, or null. */
  @Nullable MqException commit(Member m, Positions positions) {
    MqException error = null;
    lock.lock();
    try {
      for (Map.Entry<Integer, Long> e : positions.offsets().entrySet()) {
        int p = e.getKey();
        if (p >= owner.length || owner[p] != m) {
          error =
              failure(ErrorCode.FENCED, "partition " + p + " is not owned by this member any more");
        } else if (e.getValue() > log.partition(p).end()) {
          error =
              failure(
                  ErrorCode.OUT_OF_RANGE,
                  "offset " + e.getValue() + " of partition " + p + " is beyond the end");
        } else {
          committed[p] = e.getValue();
        }
      }
    } finally {
      lock.unlock();
    }
    activity.touch();
    return error;
  }

  private MqException failure(ErrorCode code, String why) {
    return new MqException(code, "commit log:" + log.name() + " group " + name + ": " + why);
  }

  /** Returns what was committed; partitions without a commit are absent. */
  public Positions committed() {
    Map<Integer, Long> found = new HashMap<>();
    lock.lock();
    try {
      for (int p = 0; p < committed.length; p++) {
        if (committed[p] >= 0) {
          found.put(p, committed[p]);
        }
      }
    } finally {
      lock.unlock();
    }
    return Positions.of(found);
  }

  void reset(Positions positions) {
    lock.lock();
    try {
      if (!members.isEmpty()) {
        throw new MqException(
            ErrorCode.OWNED_BY_OTHER,
            "reset log:"
                + log.name()
                + " group "
                + name
                + ": the group has "
                + members.size()
                + " members");
      }
      positions.offsets().forEach(log::checked);
      grow(log.partitions());
      positions.offsets().forEach((p, offset) -> committed[p] = offset);
    } finally {
      lock.unlock();
    }
  }

  // -- liveness

  /** Sees to it that silent members are noticed. */
  void watch() {
    if (!watching) {
      lock.lock();
      try {
        if (!watching) {
          schedule();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Arms the timer for the member that is silent longest; without one that is outside of its poll
   * there is no timer.
   */
  private void schedule() {
    // Cleared before looking: a member that leaves its poll meanwhile then calls watch in vain at
    // worst, never too early.
    watching = false;
    long now = time.nanoTime();
    long first = Long.MAX_VALUE;
    for (Member m : members) {
      if (!m.polling) {
        first = Math.min(first, m.lastPoll + m.timeoutNanos - now);
      }
    }
    if (first != Long.MAX_VALUE) {
      watching = true;
      time.schedule(Duration.ofNanos(Math.max(1, first + 1)), this::expelSilent);
    }
  }

  private void expelSilent() {
    lock.lock();
    try {
      long now = time.nanoTime();
      boolean changed = false;
      for (Member m : List.copyOf(members)) {
        if (!m.polling && now - m.lastPoll > m.timeoutNanos) {
          expel(m);
          changed = true;
        }
      }
      if (changed) {
        rebalance();
      }
      schedule();
    } finally {
      lock.unlock();
    }
    activity.touch();
  }

  // -- looking

  /**
   * Returns how much there is to do for the members: records not committed, and partitions on the
   * move.
   */
  public long unfinished() {
    lock.lock();
    try {
      if (members.isEmpty() || log.isDeleted()) {
        return 0;
      }
      long n = 0;
      for (int p = 0; p < owner.length; p++) {
        Partition partition = log.partition(p);
        n += Math.max(0, partition.end() - Math.max(next(p), partition.lastBegin()));
        Member o = owner[p];
        n += o == null || mustLetGo(p, o) ? 1 : 0;
      }
      return n;
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many members are not waiting for records. */
  public int busyMembers() {
    lock.lock();
    try {
      return (int) members.stream().filter(m -> !m.polling).count();
    } finally {
      lock.unlock();
    }
  }
}
