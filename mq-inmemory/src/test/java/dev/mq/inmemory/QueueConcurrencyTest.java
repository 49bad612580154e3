package dev.mq.inmemory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.SettleResult;
import dev.mq.inmemory.Taker.Taken;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.SettleOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class QueueConcurrencyTest {
  private static final int LANES = 20;
  private static final int PUBLISHERS = 3;
  private static final int EACH = 40_000;

  private final InMemoryEngine engine = InMemoryEngine.create();
  private final Map<String, Integer> leased = new ConcurrentHashMap<>();
  private final Map<String, Integer> settled = new ConcurrentHashMap<>();
  private final Map<String, Integer> firstDeliveries = new ConcurrentHashMap<>();
  private final List<String> wrong = java.util.Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicInteger deathsWithLeases = new AtomicInteger();

  @AfterEach
  void closeEngine() {
    engine.close();
  }

  @Test
  void noMessageIsLeasedTwiceLostOrSettledTwiceWhileLanesComeGoAndDie() throws Exception {
    long seed = System.nanoTime();
    Client main = Client.of(engine, "main");
    BackendQueue queue = main.queue("q");
    List<Thread> threads = new ArrayList<>();
    for (int p = 0; p < PUBLISHERS; p++) {
      int publisher = p;
      threads.add(start(() -> publish(queue, publisher)));
    }
    for (int l = 0; l < LANES; l++) {
      int lane = l;
      threads.add(start(() -> consume(queue, lane, new SplittableRandom(seed + lane))));
    }
    for (Thread t : threads) {
      t.join();
    }
    assertThat(wrong).as("seed %s", seed).isEmpty();
    assertThat(settled).as("seed %s", seed).hasSize(PUBLISHERS * EACH);
    assertThat(settled.values()).allMatch(n -> n == 1);
    assertThat(firstDeliveries.values())
        .as("at most one delivery says it is the first")
        .allMatch(n -> n == 1);
    assertThat(main.queues.depth(queue)).isZero();
    assertThat(deathsWithLeases.get()).as("lanes killed with messages in hand").isPositive();
  }

  private static Thread start(Runnable body) {
    Thread t = new Thread(body);
    t.setDaemon(true);
    t.start();
    return t;
  }

  private void publish(BackendQueue queue, int publisher) {
    Client client = Client.of(engine, "publisher" + publisher);
    for (int i = 0; i < EACH; i += 10) {
      String[] texts = new String[10];
      for (int k = 0; k < 10; k++) {
        texts[k] = publisher + "-" + (i + k);
      }
      client.publish(queue, texts);
    }
  }

  /** Consumes until all is settled; now and then gives back, retries, closes, or is killed. */
  private void consume(BackendQueue queue, int lane, SplittableRandom random) {
    int life = 0;
    while (done.get() < PUBLISHERS * EACH) {
      String name = "lane" + lane + "-" + life++;
      Client client = Client.of(engine, name);
      Taker taker = client.take(queue, 1 + random.nextInt(50));
      int rounds = 5 + random.nextInt(40);
      for (int i = 0; i < rounds && done.get() < PUBLISHERS * EACH; i++) {
        round(taker, random);
      }
      List<Taken> held = taker.now();
      held.forEach(this::leased);
      held.forEach(t -> leased.remove(t.text()));
      if (random.nextBoolean()) {
        deathsWithLeases.addAndGet(held.isEmpty() ? 0 : 1);
        engine.kill(name);
      } else {
        taker.close();
      }
      client.close();
    }
  }

  private void round(Taker taker, SplittableRandom random) {
    List<Taken> taken = taker.within(Duration.ofMillis(2));
    taken.forEach(this::leased);
    for (Taken t : taken) {
      // The lease ends inside settle, so it is struck off before.
      leased.remove(t.text());
      switch (random.nextInt(10)) {
        case 0 -> taker.settle(SettleOutcome.RELEASE, Duration.ZERO, t.token());
        case 1 -> taker.retry(t, Duration.ZERO);
        default -> {
          if (taker.ack(t) == SettleResult.SETTLED) {
            settled.merge(t.text(), 1, Integer::sum);
            done.incrementAndGet();
          } else {
            wrong.add("lease of " + t + " was lost");
          }
        }
      }
    }
  }

  private void leased(Taken t) {
    if (leased.put(t.text(), t.attempt()) != null) {
      wrong.add(t + " is leased to two");
    }
    if (settled.containsKey(t.text())) {
      wrong.add(t + " was settled before");
    }
    if (t.attempt() == 1) {
      firstDeliveries.merge(t.text(), 1, Integer::sum);
    }
  }
}
