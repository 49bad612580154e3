package dev.mq.kafka;

import dev.mq.api.SettleResult;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.Lane;
import dev.mq.spi.SettleBatch;
import dev.mq.spi.SettleOutcome;
import dev.mq.spi.SubscriptionListener;
import dev.mq.spi.TopologyLog;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** What the runtime does with a driver, as far as the tests need it. */
final class Harness {
  private Harness() {}

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

  static SettleResult ack(Lane lane, long token) {
    return settle(lane, SettleOutcome.ACK, token).get(0);
  }

  static List<SettleResult> ackAll(Lane lane, DeliveryBatch batch) {
    return settle(lane, SettleOutcome.ACK, tokens(batch));
  }

  static long[] tokens(DeliveryBatch batch) {
    return IntStream.range(0, batch.size()).mapToLong(batch::token).toArray();
  }

  static List<String> texts(DeliveryBatch batch) {
    return IntStream.range(0, batch.size()).mapToObj(i -> batch.message(i).text()).toList();
  }

  /** Receives until there is something. */
  static DeliveryBatch receive(Lane lane, int capacity) throws InterruptedException {
    DeliveryBatch batch = new DeliveryBatch(capacity);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (lane.receive(batch, 100_000_000) <= 0) {
      if (System.nanoTime() > end) {
        throw new AssertionError("nothing came");
      }
    }
    return batch;
  }

  /** Notes what a subscription is told. */
  static final class Listener implements SubscriptionListener {
    final Queue<Long> lost = new ConcurrentLinkedQueue<>();
    final CompletableFuture<Throwable> cancelled = new CompletableFuture<>();
    final Queue<Lane> allLost = new ConcurrentLinkedQueue<>();

    @Override
    public void cancelled(Throwable reason) {
      cancelled.complete(reason);
    }

    @Override
    public void leasesLost(Lane lane, long[] tokens) {
      Arrays.stream(tokens).forEach(lost::add);
    }

    @Override
    public void allLeasesLost(Lane lane) {
      allLost.add(lane);
    }
  }

  /** Follows a topology log and notes when it saw which command. */
  static class Viewer implements TopologyLog.Follower {
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
        if (reached.poll(30, TimeUnit.SECONDS) == null) {
          throw new AssertionError("never saw " + offset);
        }
      }
      return seen.get(offset);
    }
  }

  static long readEnd(TopologyLog log) throws Exception {
    return end(log).get(20, TimeUnit.SECONDS);
  }

  static CompletableFuture<Long> end(TopologyLog log) {
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
    return end;
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
