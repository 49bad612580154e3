package dev.mq.kafka.spike;

import dev.mq.api.Message;
import dev.mq.api.Positions;
import dev.mq.api.SettleResult;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.GroupListener;
import dev.mq.spi.Lane;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishTarget;
import dev.mq.spi.RecordBatch;
import dev.mq.spi.SettleBatch;
import dev.mq.spi.SettleOutcome;
import dev.mq.spi.SubscriptionListener;
import dev.mq.spi.TopologyLog;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What the runtime's side of the contract looks like to the driver, as far as the proofs need it.
 */
final class SpikeHarness {
  private SpikeHarness() {}

  /** Publishes and remembers what became of each message. */
  static final class Sends implements PublishBatch {
    final PublishTarget target;
    final List<Message> messages;
    final long[] offsets;
    final @Nullable Throwable[] errors;
    final AtomicInteger completions = new AtomicInteger();
    final CountDownLatch open;

    private final int partition;

    Sends(PublishTarget target, String prefix, int count, int partition) {
      this.target = target;
      this.partition = partition;
      this.messages = IntStream.range(0, count).mapToObj(i -> message(prefix + i)).toList();
      this.offsets = new long[count];
      this.errors = new Throwable[count];
      this.open = new CountDownLatch(count);
      Arrays.fill(offsets, NO_OFFSET);
    }

    static Message message(String text) {
      return Message.builder().id(text).body(text).build();
    }

    Sends await() throws InterruptedException {
      if (!open.await(60, TimeUnit.SECONDS)) {
        throw new AssertionError(open.getCount() + " sends never completed");
      }
      return this;
    }

    List<@Nullable Throwable> failures() {
      return Arrays.stream(errors).filter(e -> e != null).toList();
    }

    @Override
    public int size() {
      return messages.size();
    }

    @Override
    public PublishTarget target(int index) {
      return target;
    }

    @Override
    public Message message(int index) {
      return messages.get(index);
    }

    @Override
    public int partition(int index) {
      return partition;
    }

    @Override
    public void confirmed(int index, int partition, long offset) {
      offsets[index] = offset;
      complete();
    }

    @Override
    public void confirmedAll() {
      IntStream.range(0, size()).forEach(i -> confirmed(i, NO_PARTITION, NO_OFFSET));
    }

    @Override
    public void unroutable(int index) {
      throw new AssertionError("no native exchange");
    }

    @Override
    public void failed(int index, Throwable error) {
      errors[index] = error;
      complete();
    }

    private void complete() {
      completions.incrementAndGet();
      open.countDown();
    }
  }

  /** Settles deliveries; returns the answers. */
  static List<SettleResult> settle(Lane lane, SettleOutcome outcome, long... tokens) {
    SettleResult[] answers = new SettleResult[tokens.length];
    lane.settle(
        new SettleBatch() {
          @Override
          public int size() {
            return tokens.length;
          }

          @Override
          public long token(int index) {
            return tokens[index];
          }

          @Override
          public SettleOutcome outcome(int index) {
            return outcome;
          }

          @Override
          public long delayNanos(int index) {
            return 0;
          }

          @Override
          public void settled(int index, SettleResult result) {
            answers[index] = result;
          }

          @Override
          public void settledAll(SettleResult result) {
            Arrays.fill(answers, result);
          }
        });
    return Arrays.asList(answers);
  }

  static List<SettleResult> settleAll(Lane lane, DeliveryBatch batch) {
    long[] tokens = IntStream.range(0, batch.size()).mapToLong(batch::token).toArray();
    return settle(lane, SettleOutcome.ACK, tokens);
  }

  /** Receives until there is something. */
  static DeliveryBatch receive(Lane lane, int capacity) throws InterruptedException {
    DeliveryBatch batch = new DeliveryBatch(capacity);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (lane.receive(batch, 100_000_000) == 0) {
      if (System.nanoTime() > end) {
        throw new AssertionError("nothing came");
      }
    }
    return batch;
  }

  /** Notes which leases were reported lost. */
  static final class Listener implements SubscriptionListener {
    final Queue<Long> lost = new ConcurrentLinkedQueue<>();

    @Override
    public void cancelled(Throwable reason) {
      throw new AssertionError(reason);
    }

    @Override
    public void leasesLost(Lane lane, long[] tokens) {
      Arrays.stream(tokens).forEach(lost::add);
    }

    @Override
    public void allLeasesLost(Lane lane) {
      throw new AssertionError("not used by this driver");
    }
  }

  /** A member of the group "g" that commits what it read when a partition is revoked. */
  static final class Member implements GroupListener {
    final Map<Integer, Long> next = new HashMap<>();
    final Map<Integer, Long> first = new HashMap<>();
    final Map<Integer, Long> committed = new HashMap<>();
    final List<String> commits = new ArrayList<>();
    final SpikeMember member;

    Member(KafkaSpike driver, KafkaSpike.Topic log) {
      this.member = new SpikeMember(driver, log, "g", this);
    }

    void poll() throws InterruptedException {
      RecordBatch batch = new RecordBatch(7);
      member.poll(batch, 20_000_000);
      for (int i = 0; i < batch.size(); i++) {
        long expected = next.getOrDefault(batch.partition(i), batch.offset(i));
        if (batch.offset(i) != expected) {
          throw new AssertionError("got " + batch.offset(i) + " instead of " + expected);
        }
        first.putIfAbsent(batch.partition(i), batch.offset(i));
        next.put(batch.partition(i), batch.offset(i) + 1);
      }
    }

    void commit(int partition, long offset) {
      committed.put(partition, offset);
      member.commit(
          Positions.of(partition, offset),
          e ->
              commits.add(
                  e == null
                      ? "ok " + partition + "/" + offset
                      : SpikePublisher.classify(e).code() + " " + e));
    }

    @Override
    public void assigned(int[] partitions) {
      // It starts where the group does.
    }

    @Override
    public void revoked(int[] partitions) {
      for (int p : partitions) {
        if (next.containsKey(p)) {
          int before = commits.size();
          commit(p, next.get(p));
          if (commits.size() == before) {
            throw new AssertionError("not answered inside the call");
          }
        }
      }
    }

    @Override
    public void lost(int[] partitions) {
      throw new AssertionError("lost " + Arrays.toString(partitions));
    }
  }

  /** Follows a topology log and notes when it saw which command. */
  static final class Viewer implements TopologyLog.Follower {
    final Map<Long, Long> seen = new ConcurrentHashMap<>();
    private final BlockingQueue<Long> reached = new LinkedBlockingQueue<>();

    @Override
    public void command(long offset, byte[] command) {
      seen.put(offset, System.nanoTime());
    }

    @Override
    public void reached(long offset) {
      reached.add(offset);
    }

    long awaitSeen(long offset) throws InterruptedException {
      while (!seen.containsKey(offset)) {
        if (reached.poll(20, TimeUnit.SECONDS) == null) {
          throw new AssertionError("never saw " + offset);
        }
      }
      return seen.get(offset);
    }
  }

  static long readEnd(TopologyLog log) throws Exception {
    CompletableFuture<Long> end = new CompletableFuture<>();
    log.readEnd(
        new TopologyLog.EndCallback() {
          @Override
          public void end(long offset) {
            end.complete(offset);
          }

          @Override
          public void failed(Throwable error) {
            end.completeExceptionally(error);
          }
        });
    return end.get(20, TimeUnit.SECONDS);
  }

  static String millis(long nanos) {
    return "%.1f ms".formatted(nanos / 1e6);
  }

  /** The middle, the 99th percentile and the largest of some times. */
  static String millis(long[] nanos) {
    long[] n = nanos.clone();
    Arrays.sort(n);
    return "n=%d p50=%.1f p99=%.1f max=%.1f ms"
        .formatted(
            n.length,
            n[n.length / 2] / 1e6,
            n[(int) (n.length * 0.99)] / 1e6,
            n[n.length - 1] / 1e6);
  }
}
