package dev.mq.kafka.internal.log;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.kafka.internal.client.KafkaErrors;
import dev.mq.spi.BackendLog;
import dev.mq.spi.GroupListener;
import dev.mq.spi.GroupMember;
import dev.mq.spi.LogDriver;
import dev.mq.spi.RecordBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A member that the test polls, and that commits what it read when a partition is revoked. */
final class TestMember implements GroupListener {
  static final int ROOM = 7;

  final GroupMember member;
  final Set<Integer> owned = new TreeSet<>();
  final Set<Integer> lost = new TreeSet<>();
  final List<Seen> seen = new ArrayList<>();

  /** The next offset by partition, of what was read since it was assigned. */
  final Map<Integer, Long> next = new HashMap<>();

  /** Answers of commits, in the order they came. */
  final Queue<String> answers = new ConcurrentLinkedQueue<>();

  /** Runs when partitions are revoked, before the commit. */
  @Nullable Runnable onRevoked;

  /** Runs when partitions are assigned. */
  @Nullable Runnable onAssigned;

  boolean commitsOnRevoke = true;

  TestMember(LogDriver logs, BackendLog log, String group, Position start) {
    this.member = logs.join(log, group, start, ROOM, this);
  }

  TestMember(Function<GroupListener, GroupMember> join) {
    this.member = join.apply(this);
  }

  int poll() throws InterruptedException {
    return poll(TimeUnit.MILLISECONDS.toNanos(20));
  }

  int poll(long nanos) throws InterruptedException {
    RecordBatch batch = new RecordBatch(ROOM);
    int n = member.poll(batch, nanos);
    for (Seen s : Seen.in(batch)) {
      long expected = next.getOrDefault(s.partition(), s.offset());
      if (s.offset() != expected || !owned.contains(s.partition())) {
        throw new AssertionError(s + " instead of " + expected + " while owning " + owned);
      }
      next.put(s.partition(), s.offset() + 1);
      seen.add(s);
    }
    return n;
  }

  /** Polls until something is so. */
  void pollUntil(BooleanSupplier condition) throws InterruptedException {
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      poll();
      if (System.nanoTime() > limit) {
        throw new AssertionError("owned " + owned + ", next " + next + ", answers " + answers);
      }
    }
  }

  void commit(Positions positions) {
    member.commit(positions, e -> answers.add(answer(e)));
  }

  /** Commits and polls until the answer is there. */
  String committed(Positions positions) throws InterruptedException {
    answers.clear();
    commit(positions);
    pollUntil(() -> !answers.isEmpty());
    return answers.remove();
  }

  private static String answer(@Nullable Throwable e) {
    if (e == null) {
      return "ok";
    }
    ErrorCode code = e instanceof MqException mq ? mq.code() : KafkaErrors.classify(e).code();
    return code + " " + e.getMessage();
  }

  @Override
  public void assigned(int[] partitions) {
    for (int p : partitions) {
      owned.add(p);
      next.remove(p);
    }
    if (onAssigned != null) {
      onAssigned.run();
    }
  }

  @Override
  public void revoked(int[] partitions) {
    if (onRevoked != null) {
      onRevoked.run();
    }
    for (int p : partitions) {
      if (commitsOnRevoke && next.containsKey(p)) {
        int before = answers.size();
        commit(Positions.of(p, next.get(p)));
        if (answers.size() == before) {
          throw new AssertionError("not answered inside the call");
        }
      }
      owned.remove(p);
    }
  }

  @Override
  public void lost(int[] partitions) {
    Arrays.stream(partitions).forEach(lost::add);
    Arrays.stream(partitions).forEach(owned::remove);
  }
}
