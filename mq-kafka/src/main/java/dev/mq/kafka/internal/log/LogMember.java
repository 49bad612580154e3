package dev.mq.kafka.internal.log;

import static java.util.Objects.requireNonNull;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.Positions;
import dev.mq.kafka.internal.client.Closing;
import dev.mq.kafka.internal.log.MemberCommits.Open;
import dev.mq.spi.GroupListener;
import dev.mq.spi.GroupMember;
import dev.mq.spi.RecordBatch;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.StaleMemberEpochException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * A member of a consumer group.
 *
 * <p>The broker takes a commit of a partition that its sender does not own, and the position of the
 * new owner would go back. So {@code owned} decides here, as the listener was told; and before a
 * partition is given up, every commit that is under way is waited for.
 */
final class LogMember implements GroupMember, ConsumerRebalanceListener {
  private static final Duration CLOSE = Duration.ofSeconds(5);
  private static final Duration LEAVE = Duration.ofSeconds(2);

  /** How long the client may wait before what the coordinator wants is looked at. */
  private static final long SLICE = TimeUnit.MILLISECONDS.toNanos(100);

  private static final long LEAST_SLICE = TimeUnit.MILLISECONDS.toNanos(1);

  /** How often a commit is sent again because the member's epoch rose while it was under way. */
  private static final int TRIES = 5;

  private final LogConsumer consumer;
  private final LogOffsets offsets;
  private final StartPoint start;
  private final TimeSource time;
  private final Duration bound;
  private final String what;
  private final GroupListener listener;
  private final MemberCommits commits;
  private final Set<Integer> owned = new TreeSet<>();

  /** The last commit sent of each partition, for one that would have to be sent again. */
  private final Map<TopicPartition, Open> last = new HashMap<>();

  private final String note;
  private boolean inListener;
  private boolean closed;

  /** Until when what is closed may wait for the brokers. */
  private long closeBy;

  /**
   * Joins with the first poll. The client is closed also when this fails.
   *
   * @param bound how long a commit may take
   */
  LogMember(
      LogConsumer consumer,
      String group,
      LogOffsets offsets,
      StartPoint start,
      TimeSource time,
      Duration bound,
      GroupListener listener) {
    this.consumer = requireNonNull(consumer, "consumer");
    this.offsets = requireNonNull(offsets, "offsets");
    this.start = requireNonNull(start, "start");
    this.time = requireNonNull(time, "time");
    this.bound = requireNonNull(bound, "bound");
    this.listener = requireNonNull(listener, "listener");
    this.what = "log:" + consumer.log.name() + " group " + group;
    this.commits = new MemberCommits(time, bound, what);
    this.note = start.base().note();
    try {
      consumer.client.subscribe(Set.of(consumer.log.topic()), this);
    } catch (RuntimeException e) {
      Closing.close(consumer.client, Closing.SHORT);
      throw e;
    }
  }

  @Override
  public int poll(RecordBatch batch, long maxWaitNanos) throws InterruptedException {
    return consumer.poll(batch, maxWaitNanos, this::slice, this::startReading);
  }

  /** The client gives answers of commits between waits only. */
  private long slice() {
    long oldest = commits.oldestNanos();
    return oldest < 0 ? SLICE : Math.max(LEAST_SLICE, Math.min(oldest / 2, SLICE));
  }

  private void startReading(Set<TopicPartition> withoutCommit) {
    Set<Integer> partitions = new TreeSet<>();
    withoutCommit.forEach(p -> partitions.add(p.partition()));
    start
        .of(partitions)
        .forEach(
            (p, offset) -> {
              if (consumer.has(p)) {
                consumer.client.seek(consumer.log.partition(p), offset);
              }
            });
  }

  // -- partitions

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    int[] numbers = partitions.stream().mapToInt(TopicPartition::partition).sorted().toArray();
    if (numbers.length > 0 && !closed) {
      Arrays.stream(numbers).forEach(owned::add);
      tell(() -> listener.assigned(numbers));
    }
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    giveUp(held(partitions), time.nanoTime() + bound.toNanos());
  }

  @Override
  public void onPartitionsLost(Collection<TopicPartition> partitions) {
    int[] numbers = held(partitions);
    if (numbers.length > 0) {
      disown(numbers);
      tell(() -> listener.lost(numbers));
    }
  }

  private int[] held(Collection<TopicPartition> partitions) {
    return partitions.stream()
        .mapToInt(TopicPartition::partition)
        .filter(owned::contains)
        .sorted()
        .toArray();
  }

  private void giveUp(int[] numbers, long deadline) {
    if (numbers.length == 0) {
      return;
    }
    try {
      // Whoever the listener waits for may wait for these answers, and nothing polls meanwhile.
      withoutWakeups(() -> awaitCommits(deadline - (deadline - time.nanoTime()) / 2));
      tell(
          () -> {
            listener.revoked(numbers);
            awaitCommits(deadline);
          });
    } finally {
      disown(numbers);
    }
  }

  private void disown(int[] numbers) {
    for (int p : numbers) {
      owned.remove(p);
      last.remove(consumer.log.partition(p));
    }
  }

  private void tell(Runnable call) {
    withoutWakeups(
        () -> {
          inListener = true;
          try {
            call.run();
          } finally {
            inListener = false;
          }
        });
  }

  /** Runs something whose calls of the client no wakeup gets through to. */
  private void withoutWakeups(Runnable call) {
    boolean polling = consumer.gate.isOpen();
    if (consumer.gate.shut()) {
      takeWakeup();
    }
    try {
      call.run();
    } finally {
      if (polling) {
        consumer.gate.reopen();
      }
    }
  }

  /** Lets the client throw the wakeup that it was sent, at a call that changes nothing. */
  private void takeWakeup() {
    try {
      consumer.client.committed(Set.of(consumer.log.partition(0)), Duration.ofSeconds(1));
    } catch (WakeupException e) {
      // That is it.
    } catch (KafkaException e) {
      // It was thrown before, or the answer did not come: either way no wakeup is left.
    }
    consumer.gate.thrown();
  }

  /** Waits until no commit is under way that could reach the broker behind the next owner's. */
  private void awaitCommits(long deadline) {
    while (!commits.isEmpty() && !Thread.currentThread().isInterrupted()) {
      long left = deadline - time.nanoTime();
      if (left <= 0) {
        return;
      }
      try {
        consumer.client.commitSync(Map.of(), Duration.ofNanos(left));
      } catch (KafkaException e) {
        // It says nothing of the commits that are waited for; they have answers of their own.
      }
      if (!commits.isEmpty()) {
        LockSupport.parkNanos(this, LEAST_SLICE);
      }
    }
  }

  // -- commits

  @Override
  public void commit(Positions positions, CommitCallback callback) {
    Set<Integer> partitions = positions.offsets().keySet();
    if (!owned.containsAll(partitions)) {
      callback.done(
          new MqException(
              ErrorCode.FENCED, "commit " + what + " " + positions + ": owned are only " + owned));
      return;
    }
    Map<TopicPartition, OffsetAndMetadata> wanted = new HashMap<>();
    positions
        .offsets()
        .forEach((p, o) -> wanted.put(consumer.log.partition(p), new OffsetAndMetadata(o, note)));
    if (wanted.isEmpty()) {
      callback.done(null);
    } else if (inListener) {
      commitNow(wanted, callback);
    } else {
      Open commit = commits.add(wanted, callback);
      wanted.keySet().forEach(p -> last.put(p, commit));
      send(commit, wanted);
    }
  }

  /** Nothing polls while a listener runs, and only a poll would give an answer. */
  private void commitNow(Map<TopicPartition, OffsetAndMetadata> wanted, CommitCallback callback) {
    Throwable error = null;
    try {
      consumer.client.commitSync(wanted, closed ? untilClosed() : bound);
    } catch (RuntimeException e) {
      error = e;
    }
    callback.done(error);
  }

  private Duration untilClosed() {
    return Duration.ofNanos(Math.max(LEAST_SLICE, closeBy - time.nanoTime()));
  }

  private void send(Open commit, Map<TopicPartition, OffsetAndMetadata> wanted) {
    commit.tries++;
    try {
      consumer.client.commitAsync(wanted, (offsets, error) -> answered(commit, error));
    } catch (RuntimeException e) {
      commits.answer(commit, e);
    }
  }

  private void answered(Open commit, Exception error) {
    if (error instanceof StaleMemberEpochException && commit.tries < TRIES && !inListener) {
      sendAgain(commit, error);
    } else {
      commits.answer(commit, error);
    }
  }

  /** Sends again what is still owned, unless a later commit overtook it. */
  private void sendAgain(Open commit, Exception error) {
    Map<TopicPartition, OffsetAndMetadata> wanted = new HashMap<>(commit.offsets);
    for (TopicPartition p : commit.offsets.keySet()) {
      if (!owned.contains(p.partition())) {
        commits.answer(commit, error);
        return;
      }
      if (last.get(p) != commit) {
        wanted.remove(p);
      }
    }
    if (wanted.isEmpty()) {
      commits.answer(commit, commits.unknown(commit, "a later one is under way"));
    } else {
      send(commit, wanted);
    }
  }

  // -- the rest

  @Override
  public void seek(int partition, long offset) {
    if (!owned.contains(partition)) {
      throw new MqException(
          ErrorCode.FENCED,
          "seek " + what + ": partition " + partition + " is not owned by this member");
    }
    offsets.check(consumer.log, partition, offset);
    consumer.client.seek(consumer.log.partition(partition), offset);
  }

  @Override
  public long position(int partition) {
    return owned.contains(partition) ? consumer.position(partition) : -1;
  }

  @Override
  public void pause(int partition) {
    consumer.pause(partition);
  }

  @Override
  public void resume(int partition) {
    consumer.resume(partition);
  }

  @Override
  public void wakeup() {
    consumer.wakeup();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      // While the client still looks for a coordinator, which it does not once it closes.
      closeBy = time.nanoTime() + CLOSE.toNanos();
      giveUp(owned.stream().mapToInt(Integer::intValue).toArray(), closeBy);
      awaitCommits(closeBy);
    } finally {
      Closing.close(consumer.client, LEAVE);
      commits.close();
    }
  }
}
