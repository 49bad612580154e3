package dev.mq.core.log;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.spi.GroupListener;
import dev.mq.spi.GroupMember;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A member whose partitions come and go as a test says, inside poll and close as real ones do. */
final class FakeMember extends FakeSource implements GroupMember {
  /** What becomes of commits. */
  enum Answer {
    NOW,
    HELD,
    FAILED
  }

  private record Change(Runnable action, CompletableFuture<Void> done) {}

  final List<Map<Integer, Long>> commits = new CopyOnWriteArrayList<>();
  final LinkedBlockingQueue<Runnable> held = new LinkedBlockingQueue<>();
  volatile Answer answer = Answer.NOW;
  private volatile @Nullable Thread revoking;
  private final Position start;
  private final GroupListener listener;
  private final Queue<Change> changes = new ConcurrentLinkedQueue<>();

  FakeMember(FakeLogs logs, Position start, GroupListener listener) {
    super(logs);
    this.start = start;
    this.listener = listener;
  }

  @CanIgnoreReturnValue
  CompletableFuture<Void> assign(int... partitions) {
    return change(
        () -> {
          synchronized (logs) {
            for (int p : partitions) {
              long from =
                  start instanceof Position.Offsets o ? o.positions().offset(p).orElse(0) : 0;
              next.put(p, logs.committed.getOrDefault(p, from));
              paused.remove(p);
            }
          }
          listener.assigned(partitions);
        });
  }

  @CanIgnoreReturnValue
  CompletableFuture<Void> revoke(int... partitions) {
    return change(
        () -> {
          revoking = Thread.currentThread();
          listener.revoked(partitions);
          revoking = null;
          forget(partitions);
        });
  }

  /** Returns whether a revoke has begun and waits for handlers, so that none begins any more. */
  boolean revokeWaits() {
    Thread t = revoking;
    return t != null && t.getState() == Thread.State.TIMED_WAITING;
  }

  @CanIgnoreReturnValue
  CompletableFuture<Void> lose(int... partitions) {
    return change(
        () -> {
          forget(partitions);
          listener.lost(partitions);
        });
  }

  private void forget(int... partitions) {
    synchronized (logs) {
      IntStream.of(partitions).forEach(next::remove);
    }
  }

  private CompletableFuture<Void> change(Runnable action) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    changes.add(new Change(action, done));
    wakeup();
    return done;
  }

  @Override
  void beforePoll() {
    for (Change c = changes.poll(); c != null; c = changes.poll()) {
      try {
        c.action().run();
        c.done().complete(null);
      } catch (RuntimeException | Error e) {
        c.done().completeExceptionally(e);
        throw e;
      }
    }
  }

  @Override
  void beforeClose() {
    int[] owned;
    synchronized (logs) {
      owned = next.keySet().stream().mapToInt(i -> i).toArray();
    }
    if (owned.length > 0) {
      listener.revoked(owned);
    }
  }

  @Override
  public void commit(Positions positions, CommitCallback callback) {
    check();
    commits.add(new TreeMap<>(positions.offsets()));
    switch (answer) {
      case NOW -> take(positions, callback);
      case HELD -> held.add(() -> take(positions, callback));
      case FAILED -> callback.done(new IllegalStateException("no answer"));
    }
  }

  private void take(Positions positions, CommitCallback callback) {
    boolean owned;
    synchronized (logs) {
      owned = next.keySet().containsAll(positions.offsets().keySet());
      if (owned) {
        logs.committed.putAll(positions.offsets());
        logs.notifyAll();
      }
    }
    callback.done(owned ? null : new MqException(ErrorCode.FENCED, "not owned"));
  }
}
