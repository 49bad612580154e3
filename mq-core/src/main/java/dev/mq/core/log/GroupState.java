package dev.mq.core.log;

import dev.mq.api.MqException;
import dev.mq.spi.GroupMember;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What the threads of one group member share: the polling thread, the workers that handle, and
 * callers of the consumer. Fields are guarded by {@code lock} unless they say otherwise; no user
 * code and no call of the backend happens under it.
 */
final class GroupState {
  final ReentrantLock lock = new ReentrantLock();

  /**
   * Signalled when a partition is not busy any more, a commit was answered, or the polling thread
   * has something to do.
   */
  final Condition changed = lock.newCondition();

  boolean paused;

  /** No handler starts any more. */
  boolean closing;

  /** The member is gone, and no task is taken any more. */
  boolean over;

  /** Why it ended by itself, or null. */
  @Nullable MqException ending;

  /** How many handlers run, those of dropped partitions included. */
  int running;

  /** How long closing waits for running handlers. */
  long closeNanos;

  private @Nullable Partition[] owned = new Partition[16];
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final AtomicBoolean wakePending = new AtomicBoolean();
  private volatile @Nullable GroupMember member;

  /** Sets the member to wake. Called once, before anything else happens. */
  void member(GroupMember joined) {
    member = joined;
  }

  /** Returns an owned partition, or null. */
  @Nullable Partition owned(int partition) {
    return partition < owned.length ? owned[partition] : null;
  }

  void own(Partition partition) {
    if (partition.number >= owned.length) {
      owned = Arrays.copyOf(owned, Math.max(owned.length * 2, partition.number + 1));
    }
    owned[partition.number] = partition;
  }

  /** Drops a partition that is owned. */
  void disown(Partition partition) {
    partition.drop();
    if (owned[partition.number] == partition) {
      owned[partition.number] = null;
    }
  }

  /** Returns the owned partitions. */
  List<Partition> owned() {
    List<Partition> all = new ArrayList<>();
    for (Partition p : owned) {
      if (p != null) {
        all.add(p);
      }
    }
    return all;
  }

  /** Returns the numbers of the owned partitions; takes the lock. */
  Set<Integer> assigned() {
    lock.lock();
    try {
      Set<Integer> numbers = new TreeSet<>();
      for (Partition p : owned()) {
        numbers.add(p.number);
      }
      return numbers;
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether one of these is busy. */
  static boolean busy(Collection<Partition> partitions) {
    for (Partition p : partitions) {
      if (p.busy()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Makes the polling thread run a task soon; returns false when it has ended. Without the lock.
   */
  boolean post(Runnable task) {
    lock.lock();
    try {
      if (over) {
        return false;
      }
      tasks.add(task);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    wake();
    return true;
  }

  /** Returns the next task, or null. */
  @Nullable Runnable nextTask() {
    return tasks.poll();
  }

  boolean hasTasks() {
    return !tasks.isEmpty();
  }

  /**
   * Makes the polling thread go round once more. Needs no lock; cheap when that is going to happen
   * anyway.
   */
  void wake() {
    GroupMember m = member;
    if (m != null && !wakePending.getAndSet(true)) {
      m.wakeup();
    }
  }

  /** The polling thread goes round; called before it looks at anything. */
  void awake() {
    wakePending.set(false);
  }
}
