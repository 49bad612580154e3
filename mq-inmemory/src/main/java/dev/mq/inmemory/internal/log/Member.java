package dev.mq.inmemory.internal.log;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.Positions;
import dev.mq.spi.GroupListener;
import dev.mq.spi.GroupMember;
import dev.mq.spi.RecordBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A member of a group. As a {@link Source}; in addition its group tells it through {@code
 * eventsPending} that the next poll has partitions to hand over or to take.
 */
public final class Member extends Source implements GroupMember {
  private final Group group;
  private final GroupListener listener;
  final long timeoutNanos;

  /** When this member was last seen, while it is not polling. */
  volatile long lastPoll;

  /** Whether it waits for records, which counts as alive for however long. */
  volatile boolean polling;

  volatile boolean eventsPending;

  /** Partitions taken from it without a callback yet; guarded by the lock of the group. */
  final List<Integer> lost = new ArrayList<>();

  /** Whether it is out of the group until it polls again; guarded by the lock of the group. */
  volatile boolean expelled;

  private volatile boolean gone;

  Member(Group group, MemoryLog log, long timeoutNanos, GroupListener listener) {
    super(log);
    this.group = group;
    this.timeoutNanos = timeoutNanos;
    this.listener = listener;
  }

  @Override
  public int poll(RecordBatch batch, long maxWaitNanos) throws InterruptedException {
    enter();
    try {
      return super.poll(batch, maxWaitNanos);
    } finally {
      exit();
    }
  }

  private void enter() {
    polling = true;
    group.touched();
  }

  private void exit() {
    lastPoll = group.now();
    polling = false;
    group.watch();
  }

  @Override
  void beforeRead() {
    if (!eventsPending) {
      return;
    }
    eventsPending = false;
    tellLost();
    if (gone) {
      return;
    }
    if (expelled) {
      group.rejoin(this);
    }
    revoke(group.toRevoke(this, false));
    Map<Integer, Long> claimed = group.claim(this);
    if (!claimed.isEmpty()) {
      claimed.forEach((p, offset) -> startReading(log.partition(p), offset));
      callback(
          () ->
              listener.assigned(
                  claimed.keySet().stream().mapToInt(Integer::intValue).sorted().toArray()));
    }
  }

  private void tellLost() {
    int[] partitions = group.takeLost(this);
    if (partitions.length > 0) {
      for (int p : partitions) {
        stopReading(p);
      }
      callback(() -> listener.lost(partitions));
    }
  }

  private void revoke(int[] partitions) {
    if (partitions.length == 0) {
      return;
    }
    try {
      callback(() -> listener.revoked(partitions));
    } finally {
      for (int p : partitions) {
        stopReading(p);
      }
      group.release(this, partitions);
    }
  }

  /** Runs a callback; a member that hangs in one is silent. */
  private void callback(Runnable body) {
    exit();
    try {
      body.run();
    } finally {
      enter();
    }
  }

  @Override
  public void seek(int partition, long offset) {
    if (!group.isOwner(this, partition)) {
      throw new MqException(
          ErrorCode.FENCED,
          "seek log:" + log.name() + ": partition " + partition + " is not owned by this member");
    }
    super.seek(partition, offset);
  }

  @Override
  public void commit(Positions positions, CommitCallback callback) {
    callback.done(group.commit(this, positions));
  }

  @Override
  public void kill() {
    gone = true;
    group.leave(this);
    super.kill();
  }

  @Override
  public void close() {
    try {
      if (!gone) {
        tellLost();
        revoke(group.toRevoke(this, true));
      }
    } finally {
      gone = true;
      group.leave(this);
      super.close();
    }
  }
}
