package dev.mq.inmemory.internal.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Message;
import dev.mq.api.Overflow;
import dev.mq.api.QueueSpec;
import dev.mq.api.SettleResult;
import dev.mq.inmemory.internal.sync.Activity;
import dev.mq.inmemory.internal.time.ManualTime;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.Lane;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishTarget;
import dev.mq.spi.SettleBatch;
import dev.mq.spi.SettleOutcome;
import dev.mq.spi.SubscribeOptions;
import dev.mq.spi.SubscriptionListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Compares a queue with a list that is searched from its front, over random sequences of
 * operations.
 */
class MemoryQueueModelTest {
  private static final int SEQUENCES = 10_000;
  private static final List<SettleOutcome> OUTCOMES = List.of(SettleOutcome.values());

  @Test
  void everySequenceOfOperationsHasTheSameResultsAsTheNaiveModel() {
    long seed = System.nanoTime();
    for (int i = 0; i < SEQUENCES; i++) {
      try {
        // Most sequences are short and stay in one segment; some run over many.
        new Run(new SplittableRandom(seed + i)).go(i % 500 == 0 ? 1200 : 60);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + (seed + i) + ": " + e.getMessage(), e);
      }
    }
  }

  /** A message as the model knows it. */
  private static final class Entry {
    final Message message;
    final int priority;
    final long number;
    final long stored;
    int attempts;
    int failures;
    long readyAt;
    int holder = -1;
    long token;

    Entry(Message message, int priority, long number, long stored) {
      this.message = message;
      this.priority = priority;
      this.number = number;
      this.stored = stored;
    }
  }

  private static final class Run {
    private final SplittableRandom random;
    private final ManualTime time = new ManualTime("model", () -> {});
    private final QueueSpec spec;
    private final MemoryQueue queue;
    private final List<Entry> model = new ArrayList<>();
    private final List<MemorySubscription> lanes = new ArrayList<>();
    private final List<Integer> prefetches = new ArrayList<>();
    private final List<List<Long>> staleTokens = new ArrayList<>();
    private long number;

    Run(SplittableRandom random) {
      this.random = random;
      QueueSpec.Builder b = QueueSpec.builder("q");
      if (random.nextInt(3) == 0) {
        b.maxPriority(1 + random.nextInt(31));
      }
      if (random.nextInt(3) == 0) {
        b.maxLength(
            1 + random.nextInt(20),
            random.nextBoolean() ? Overflow.DROP_HEAD : Overflow.REJECT_PUBLISH);
      }
      spec = b.build();
      queue = new MemoryQueue(spec, "1", null, time, new Activity(), q -> {});
    }

    void go(int steps) {
      int most = steps > 1000 ? 600 : 12;
      for (int i = 0; i < steps; i++) {
        switch (random.nextInt(12)) {
          case 0, 1, 2 -> publish(1 + random.nextInt(most));
          case 3, 4, 5 -> receive(1 + random.nextInt(most));
          case 6, 7, 8 -> settle();
          case 9 -> subscribe();
          case 10 -> rareOperation();
          default -> time.advance(Duration.ofMillis(random.nextInt(400)));
        }
        if (i % (steps < 1000 ? 6 : 40) == 0) {
          queue.check();
        }
        assertThat(queue.depth()).isEqualTo(model.size());
      }
      List<String> waiting =
          model.stream()
              .filter(e -> e.holder < 0)
              .sorted(order())
              .map(e -> e.message.text())
              .toList();
      assertThat(queue.browse(Integer.MAX_VALUE)).extracting(Message::text).isEqualTo(waiting);
    }

    private Comparator<Entry> order() {
      return Comparator.<Entry>comparingInt(e -> -e.priority).thenComparingLong(e -> e.number);
    }

    private void publish(int n) {
      List<Message> messages = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        messages.add(
            Message.builder().body("m" + (number + i)).priority(random.nextInt(40)).build());
      }
      int stored = queue.append(batch(messages), 0, n);
      int expected = 0;
      for (Message m : messages) {
        if (spec.maxLength() > 0 && waiting() >= spec.maxLength()) {
          if (spec.overflow() == Overflow.REJECT_PUBLISH) {
            break;
          }
          while (waiting() >= spec.maxLength()) {
            model.remove(model.stream().filter(e -> e.holder < 0).findFirst().orElseThrow());
          }
        }
        model.add(
            new Entry(
                m, Math.min(m.priority(), spec.maxPriority()), number + expected, time.millis()));
        expected++;
      }
      number += n;
      assertThat(stored).isEqualTo(expected);
    }

    private long waiting() {
      return model.stream().filter(e -> e.holder < 0).count();
    }

    private void receive(int max) {
      if (lanes.isEmpty()) {
        return;
      }
      int lane = random.nextInt(lanes.size());
      DeliveryBatch batch = new DeliveryBatch(max);
      int n = queue.take(lanes.get(lane), batch, false);
      long held = model.stream().filter(e -> e.holder == lane).count();
      long ready = model.stream().filter(this::isReady).count();
      long eligible = 0;
      for (int l = 0; l < lanes.size(); l++) {
        int of = l;
        eligible += model.stream().filter(e -> e.holder == of).count() < prefetches.get(l) ? 1 : 0;
      }
      long share = eligible == 0 ? 0 : (ready + eligible - 1) / eligible;
      long expected = Math.min(Math.min(max, prefetches.get(lane) - held), share);
      assertThat(n).isEqualTo((int) expected);
      List<Entry> next =
          model.stream().filter(this::isReady).sorted(order()).limit(expected).toList();
      for (int i = 0; i < n; i++) {
        Entry e = next.get(i);
        assertThat(batch.message(i)).isSameAs(e.message);
        assertThat(batch.attempt(i)).isEqualTo(++e.attempts);
        assertThat(batch.failures(i)).isEqualTo(e.failures);
        assertThat(batch.storedAtMillis(i)).isEqualTo(e.stored);
        e.holder = lane;
        e.token = batch.token(i);
      }
    }

    private boolean isReady(Entry e) {
      return e.holder < 0 && e.readyAt <= time.nanoTime();
    }

    private void settle() {
      if (lanes.isEmpty()) {
        return;
      }
      int lane = random.nextInt(lanes.size());
      List<Entry> held = new ArrayList<>(model.stream().filter(e -> e.holder == lane).toList());
      List<Long> tokens = new ArrayList<>();
      List<Entry> entries = new ArrayList<>();
      int n = 1 + random.nextInt(Math.max(1, held.size()));
      for (int i = 0; i < n && !held.isEmpty(); i++) {
        Entry e = held.remove(random.nextInt(held.size()));
        tokens.add(e.token);
        entries.add(e);
      }
      SettleOutcome outcome = OUTCOMES.get(random.nextInt(3));
      long delay = random.nextInt(3) == 0 ? 0 : Duration.ofMillis(random.nextInt(1000)).toNanos();
      List<Long> used = staleTokens.get(lane);
      boolean stale = !used.isEmpty() && random.nextInt(4) == 0;
      if (stale) {
        tokens.add(used.get(random.nextInt(used.size())));
      }
      if (tokens.isEmpty()) {
        return;
      }
      SettleResult[] results = settle(lanes.get(lane), tokens, outcome, delay);
      for (int i = 0; i < entries.size(); i++) {
        Entry e = entries.get(i);
        assertThat(results[i]).isEqualTo(SettleResult.SETTLED);
        used.add(e.token);
        giveBack(e);
        if (outcome == SettleOutcome.ACK) {
          model.remove(e);
        } else if (outcome == SettleOutcome.RETRY) {
          e.failures++;
          e.readyAt = time.nanoTime() + delay;
        }
      }
      if (stale) {
        assertThat(results[entries.size()])
            .as("a token used before")
            .isEqualTo(SettleResult.LEASE_LOST);
      }
    }

    private static void giveBack(Entry e) {
      e.holder = -1;
    }

    private void subscribe() {
      if (lanes.size() < 4) {
        int prefetch = 1 + random.nextInt(30);
        prefetches.add(prefetch);
        staleTokens.add(new ArrayList<>());
        lanes.add(
            queue.subscribe(
                this, new SubscribeOptions("c", prefetch, 1, false), new Deaf(), s -> {}));
      }
    }

    private void rareOperation() {
      if (random.nextInt(4) == 0) {
        assertThat(queue.purge()).isEqualTo(waiting());
        model.removeIf(e -> e.holder < 0);
      } else if (!lanes.isEmpty()) {
        int lane = lanes.size() - 1;
        lanes.remove(lane).close();
        prefetches.remove(lane);
        model.stream().filter(e -> e.holder == lane).forEach(Run::giveBack);
        staleTokens.remove(lane);
      }
    }

    private static SettleResult[] settle(
        MemorySubscription lane, List<Long> tokens, SettleOutcome outcome, long delayNanos) {
      SettleResult[] results = new SettleResult[tokens.size()];
      lane.settle(
          new SettleBatch() {
            @Override
            public int size() {
              return tokens.size();
            }

            @Override
            public long token(int index) {
              return tokens.get(index);
            }

            @Override
            public SettleOutcome outcome(int index) {
              return outcome;
            }

            @Override
            public long delayNanos(int index) {
              return delayNanos;
            }

            @Override
            public void settled(int index, SettleResult result) {
              results[index] = result;
            }

            @Override
            public void settledAll(SettleResult result) {
              java.util.Arrays.fill(results, result);
            }
          });
      return results;
    }

    private PublishBatch batch(List<Message> messages) {
      return new PublishBatch() {
        @Override
        public int size() {
          return messages.size();
        }

        @Override
        public PublishTarget target(int index) {
          return queue;
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
        public void confirmed(int index, int partition, long offset) {}

        @Override
        public void confirmedAll() {}

        @Override
        public void unroutable(int index) {}

        @Override
        public void failed(int index, Throwable error) {}
      };
    }
  }

  private static final class Deaf implements SubscriptionListener {
    @Override
    public void cancelled(Throwable reason) {}

    @Override
    public void leasesLost(Lane lane, long[] tokens) {}

    @Override
    public void allLeasesLost(Lane lane) {}
  }
}
