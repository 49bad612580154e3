package dev.mq.inmemory.consume;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mq.api.AckMode;
import dev.mq.api.Broker;
import dev.mq.api.Consumer;
import dev.mq.api.Delivery;
import dev.mq.api.Message;
import dev.mq.api.Producer;
import dev.mq.api.QueueSpec;
import dev.mq.api.Receiver;
import dev.mq.api.Retry;
import dev.mq.api.SettleResult;
import dev.mq.api.Settlement;
import dev.mq.api.Topology;
import dev.mq.inmemory.InMemoryEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Consumers of the library over the engine, whose clock only a test moves. */
@Timeout(60)
class ConsumerOnTheEngineTest {
  private final InMemoryEngine engine = InMemoryEngine.create();
  private final Broker broker = Broker.open(engine.config());

  @BeforeEach
  void declare() {
    broker.declare(
        Topology.builder().queue(QueueSpec.of("work")).queue(QueueSpec.of("dead")).build());
  }

  @AfterEach
  void close() {
    broker.close();
    engine.close();
  }

  private void send(int from, int to) {
    try (Producer p = broker.queue("work").producer().open()) {
      for (int i = from; i < to; i++) {
        p.send(Message.builder().id("m" + i).body("m" + i).key("k" + i % 5).build());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 20})
  void theLimitOfFailuresIsExactAndTheBackoffRunsOnTheEnginesClock(int limit) {
    List<Duration> at = new CopyOnWriteArrayList<>();
    var start = engine.clock().now();
    broker
        .queue("work")
        .consumer()
        .retry(Retry.backoff(ofSeconds(1), ofSeconds(8)).maxAttempts(limit).deadLetter("dead"))
        .start(
            (Delivery d) -> {
              at.add(Duration.between(start, engine.clock().now()));
              throw new IllegalStateException();
            });
    send(0, 1);
    Duration expected = Duration.ZERO;
    for (int n = 1; n < limit; n++) {
      int calls = n;
      await().until(() -> at.size() == calls && engine.queue("work").inHand().isEmpty());
      Duration wait = ofSeconds(Math.min(8, 1L << Math.min(n - 1, 10)));
      engine.clock().advance(wait.minusMillis(1));
      assertThat(at).hasSize(calls);
      engine.clock().advance(ofMillis(1));
      expected = expected.plus(wait);
    }
    await().until(() -> engine.queue("dead").depth() == 1 && engine.queue("work").depth() == 0);
    assertThat(at).hasSize(limit);
    assertThat(at.get(limit - 1)).isEqualTo(expected);
  }

  @Test
  void settlementsGoOutWhileTheClockStandsStill() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    broker
        .queue("work")
        .consumer()
        .start(
            (Delivery d) -> {
              if (d.message().id().equals("m9")) {
                go.await();
              }
            });
    send(0, 10);
    await().until(() -> engine.queue("work").depth() == 1);
    go.countDown();
    engine.awaitIdle(ofSeconds(10));
  }

  @Test
  void aHandlerIsInterruptedWhenTheEnginesClockSaysSo() {
    CountDownLatch started = new CountDownLatch(1);
    AtomicInteger interrupted = new AtomicInteger();
    broker
        .queue("work")
        .consumer()
        .maxHold(ofMinutes(5))
        .start(
            (Delivery d) -> {
              if (d.failures() > 0) {
                return;
              }
              started.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.incrementAndGet();
                throw e;
              }
            });
    send(0, 1);
    await().until(() -> started.getCount() == 0);
    engine.clock().advance(ofMinutes(5).minusMillis(1));
    assertThat(interrupted).hasValue(0);
    engine.clock().advance(ofMillis(1));
    await().until(() -> interrupted.get() == 1);
    await()
        .until(
            () -> {
              engine.clock().advance(ofSeconds(1));
              return engine.queue("work").depth() == 0;
            });
  }

  @Test
  void everyMessageIsHandledOnceByManyConsumersThatComeAndGo() {
    List<String> handled = new CopyOnWriteArrayList<>();
    int total = 3000;
    send(0, total);
    while (handled.size() < total) {
      List<Consumer> some = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        some.add(
            broker
                .queue("work")
                .consumer()
                .prefetch(7)
                .concurrency(1 + i)
                .start((Delivery d) -> handled.add(d.message().id())));
      }
      int before = handled.size();
      await().until(() -> handled.size() > before || handled.size() == total);
      some.forEach(c -> assertThat(c.close(ofSeconds(10))).isTrue());
    }
    assertThat(handled).hasSize(total).doesNotHaveDuplicates();
    assertThat(engine.queue("work").depth()).isZero();
    assertThat(engine.queue("dead").depth()).isZero();
  }

  @Test
  void settledOnTheBrokersWordMeansGone() throws Exception {
    send(0, 1);
    Receiver r = broker.queue("work").consumer().receiver();
    Delivery d = r.receive(ofSeconds(5));
    assertThat(d.ack()).isEqualTo(Settlement.ACCEPTED);
    assertThat(d.settled().toCompletableFuture().get(5, TimeUnit.SECONDS))
        .isEqualTo(SettleResult.SETTLED);
    r.close();
    try (Receiver again = broker.queue("work").consumer().receiver()) {
      assertThat(again.receive(ofMillis(100))).isNull();
    }
  }

  @Test
  void unsettledDeliveriesOfAClosedConsumerComeAgainRedelivered() {
    send(0, 5);
    Receiver r = broker.queue("work").consumer().prefetch(3).receiver();
    List<Delivery> held = new ArrayList<>();
    while (held.size() < 3) {
      held.add(r.receive(ofSeconds(5)));
    }
    held.get(1).ack();
    r.close();
    assertThat(held.get(0).ack()).isEqualTo(Settlement.LEASE_LOST);
    try (Receiver again = broker.queue("work").consumer().receiver()) {
      List<String> got = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Delivery d = again.receive(ofSeconds(5));
        got.add(d.message().id());
        assertThat(d.failures()).isZero();
        // What only the runtime had seen may be flagged or not.
        assertThat(i > 1 || d.redelivered()).isTrue();
      }
      assertThat(got).containsExactly("m0", "m2", "m3", "m4");
    }
  }

  @Test
  void theProgramsExecutorRunsTheHandlers() {
    ExecutorService mine = Executors.newSingleThreadExecutor(r -> new Thread(r, "mine"));
    try {
      List<String> threads = new CopyOnWriteArrayList<>();
      broker
          .queue("work")
          .consumer()
          .executor(mine)
          .concurrency(3)
          .ackMode(AckMode.ON_RETURN)
          .start((Delivery d) -> threads.add(Thread.currentThread().getName()));
      send(0, 50);
      engine.awaitIdle(ofSeconds(10));
      assertThat(threads).hasSize(50).containsOnly("mine");
    } finally {
      mine.shutdownNow();
    }
  }

  @Test
  void equalKeysKeepTheirOrder() {
    List<String> seen = new CopyOnWriteArrayList<>();
    send(0, 500);
    broker
        .queue("work")
        .consumer()
        .concurrency(4)
        .serialBy(Message::key)
        .start((Delivery d) -> seen.add(d.message().key() + " " + d.message().id()));
    engine.awaitIdle(ofSeconds(10));
    for (int k = 0; k < 5; k++) {
      String prefix = "k" + k + " ";
      List<Integer> numbers =
          seen.stream()
              .filter(s -> s.startsWith(prefix))
              .map(s -> Integer.valueOf(s.substring(prefix.length() + 1)))
              .toList();
      assertThat(numbers).hasSize(100).isSorted();
    }
  }
}
