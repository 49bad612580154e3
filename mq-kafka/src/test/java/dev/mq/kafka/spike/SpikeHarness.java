package dev.mq.kafka.spike;

import dev.mq.api.Message;
import dev.mq.api.SettleResult;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.Lane;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishTarget;
import dev.mq.spi.SettleBatch;
import dev.mq.spi.SettleOutcome;
import dev.mq.spi.SubscriptionListener;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What the runtime's side of the contract looks like to the driver, as far as the proofs need it. */
final class SpikeHarness {
  private SpikeHarness() {}

  /** Publishes and remembers what became of each message. */
  static class Sends implements PublishBatch {
    final PublishTarget target;
    final List<Message> messages;
    final long[] offsets;
    final @Nullable Throwable[] errors;
    final AtomicInteger completions = new AtomicInteger();
    final CountDownLatch open;

    Sends(PublishTarget target, String prefix, int count) {
      this.target = target;
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
      return NO_PARTITION;
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

  /** Settles one delivery. */
  static SettleResult settle(Lane lane, long token, SettleOutcome outcome) {
    SettleResult[] answer = new SettleResult[1];
    lane.settle(
        new SettleBatch() {
          @Override
          public int size() {
            return 1;
          }

          @Override
          public long token(int index) {
            return token;
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
            answer[0] = result;
          }

          @Override
          public void settledAll(SettleResult result) {
            answer[0] = result;
          }
        });
    return answer[0];
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

  /** The middle, the 99th percentile and the largest of some times. */
  static String millis(long[] nanos) {
    long[] n = nanos.clone();
    Arrays.sort(n);
    return "n=%d p50=%.1f p99=%.1f max=%.1f ms"
        .formatted(n.length, n[n.length / 2] / 1e6, n[(int) (n.length * 0.99)] / 1e6, n[n.length - 1] / 1e6);
  }
}
