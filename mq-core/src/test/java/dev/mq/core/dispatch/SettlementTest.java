package dev.mq.core.dispatch;

import static dev.mq.core.dispatch.FakeBroker.message;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mq.api.AckMode;
import dev.mq.api.BrokerEvent;
import dev.mq.api.Consumer;
import dev.mq.api.Delivery;
import dev.mq.api.Receiver;
import dev.mq.api.Retry;
import dev.mq.api.SettleResult;
import dev.mq.api.Settlement;
import dev.mq.spi.SettleOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SettlementTest {
  @RegisterExtension final FakeBroker broker = FakeBroker.withRealTime();
  private final FakeQueue queue = broker.queue("q");

  /** A-19, one delivery at a time. */
  @ParameterizedTest
  @CsvSource({
    "none,false,ACK",
    "none,true,RETRY",
    "ack,false,ACK",
    "ack,true,ACK",
    "nack,false,RETRY",
    "nack,true,RETRY",
    "release,false,RELEASE",
    "release,true,RELEASE",
    "reject,false,ACK",
    "reject,true,ACK"
  })
  void explicitSettlementWinsOverReturnAndThrow(
      String verb, boolean thrown, SettleOutcome expected) {
    broker.nativeRetry = true;
    FakeQueue dead = broker.queue("dead");
    queue.add(message("m"));
    broker
        .consumer("q")
        .retry(Retry.defaults().deadLetter("dead"))
        .start(
            (Delivery d) -> {
              if (d.attempt() > 1) {
                return;
              }
              settle(d, verb);
              if (thrown) {
                throw new IllegalStateException();
              }
            });
    await().until(() -> !queue.settlements().isEmpty());
    assertThat(queue.settlements().get(0).outcome()).isEqualTo(expected);
    assertThat(dead.waiting()).hasSize(verb.equals("reject") ? 1 : 0);
  }

  private static void settle(Delivery d, String verb) {
    switch (verb) {
      case "ack" -> d.ack();
      case "nack" -> d.nack();
      case "release" -> d.release();
      case "reject" -> d.reject();
      default -> {
        // Left to the runtime.
      }
    }
  }

  /** A-19, batches. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void batchSettlesExactlyTheUnsettledRest(boolean thrown) {
    broker.nativeRetry = true;
    broker.queue("dead");
    List<String> verbs = List.of("ack", "none", "nack", "none", "reject", "release");
    for (int i = 0; i < verbs.size(); i++) {
      queue.add(message("m" + i));
    }
    AtomicInteger batches = new AtomicInteger();
    broker
        .consumer("q")
        .retry(Retry.defaults().deadLetter("dead"))
        .startBatch(
            10,
            batch -> {
              if (batches.incrementAndGet() > 1) {
                return;
              }
              for (int i = 0; i < verbs.size(); i++) {
                settle(batch.get(i), verbs.get(i));
              }
              if (thrown) {
                throw new IllegalStateException();
              }
            });
    await().until(() -> queue.settlements().size() >= 6);
    List<FakeQueue.Settled> first = queue.settlements().subList(0, 6);
    SettleOutcome rest = thrown ? SettleOutcome.RETRY : SettleOutcome.ACK;
    assertThat(first)
        .extracting(s -> s.id() + " " + s.outcome())
        .containsExactlyInAnyOrder(
            "m0 ACK", "m1 " + rest, "m2 RETRY", "m3 " + rest, "m4 ACK", "m5 RELEASE");
  }

  /** C-03, and A-08 with many threads: whatever they call, exactly one call settles. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void ofManyThreadsExactlyOneSettles(int lanes) throws Exception {
    long seed = new Random().nextLong();
    queue.laneCount = lanes;
    broker.nativeRetry = true;
    int rounds = 3000;
    for (int i = 0; i < rounds; i++) {
      queue.add(message("m" + i));
    }
    Receiver r =
        broker
            .consumer("q")
            .prefetch(16)
            .concurrency(lanes)
            .retry(Retry.defaults().drop())
            .receiver();
    int threads = 3;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      Delivery[] current = new Delivery[1];
      int[] calls = new int[1];
      int[] accepted = new int[threads];
      CyclicBarrier barrier = new CyclicBarrier(threads + 1);
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int me = t;
        Random random = new Random(seed + t);
        running.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < rounds; i++) {
                    barrier.await();
                    Settlement s =
                        switch (random.nextInt(4)) {
                          case 0 -> current[0].ack();
                          case 1 -> current[0].nack(ofHours(1));
                          case 2 -> current[0].reject();
                          default -> current[0].ack();
                        };
                    if (s == Settlement.ACCEPTED) {
                      accepted[me]++;
                    } else {
                      assertThat(s).isEqualTo(Settlement.ALREADY_SETTLED);
                    }
                    barrier.await();
                  }
                  return null;
                }));
      }
      List<CompletableFuture<SettleResult>> words = new ArrayList<>();
      for (int i = 0; i < rounds; i++) {
        current[0] = r.receive(ofSeconds(10));
        calls[0]++;
        if (i % 2 == 0) {
          words.add(current[0].settled().toCompletableFuture());
        }
        barrier.await(20, TimeUnit.SECONDS);
        barrier.await(20, TimeUnit.SECONDS);
        if (i % 2 == 1) {
          words.add(current[0].settled().toCompletableFuture());
        }
      }
      for (Future<?> f : running) {
        f.get(20, TimeUnit.SECONDS);
      }
      assertThat(accepted[0] + accepted[1] + accepted[2]).as("seed %s", seed).isEqualTo(rounds);
      for (CompletableFuture<SettleResult> word : words) {
        assertThat(word.get(20, TimeUnit.SECONDS)).isEqualTo(SettleResult.SETTLED);
      }
      assertThat(queue.settlements()).hasSize(rounds);
      assertThat(queue.settlements().stream().map(FakeQueue.Settled::id).distinct())
          .hasSize(rounds);
    } finally {
      pool.shutdownNow();
    }
  }

  /**
   * A verb against the loss of the lease: either it was first and the broker answers, or it says
   * LEASE_LOST.
   */
  @Test
  void settleRacingALeaseLossAnswersOneOrTheOther() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(1);
    try {
      Receiver r = broker.consumer("q").prefetch(1).receiver();
      int lost = 0;
      for (int i = 0; i < 500; i++) {
        String id = "m" + i;
        queue.add(message(id));
        Delivery d = r.receive(ofSeconds(10));
        assertThat(d.message().id()).isEqualTo(id);
        CyclicBarrier barrier = new CyclicBarrier(2);
        Future<?> loser =
            pool.submit(
                () -> {
                  barrier.await();
                  queue.lose(id);
                  return null;
                });
        barrier.await();
        Settlement s = d.ack();
        loser.get(10, TimeUnit.SECONDS);
        SettleResult word = d.settled().toCompletableFuture().get(10, TimeUnit.SECONDS);
        if (s == Settlement.LEASE_LOST || word == SettleResult.LEASE_LOST) {
          lost++;
          assertThat(word).isEqualTo(SettleResult.LEASE_LOST);
          Delivery again = r.receive(ofSeconds(10));
          assertThat(again.message().id()).isEqualTo(id);
          assertThat(again.redelivered()).isTrue();
          assertThat(again.ack()).isEqualTo(Settlement.ACCEPTED);
          assertThat(d.ack()).isNotEqualTo(Settlement.ACCEPTED);
        } else {
          assertThat(word).isEqualTo(SettleResult.SETTLED);
        }
        assertThat(r.flush().toCompletableFuture().get(10, TimeUnit.SECONDS))
            .isEqualTo(SettleResult.SETTLED);
      }
      assertThat(queue.settlements()).hasSize(500);
      assertThat(lost).isBetween(0, 500);
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void lostLeaseIsKnownAtOnceAndTold() throws Exception {
    queue.add(message("m"));
    Receiver r = broker.consumer("q").receiver();
    Delivery d = r.receive(ofSeconds(5));
    queue.loseAll();
    assertThat(d.ack()).isEqualTo(Settlement.LEASE_LOST);
    assertThat(d.nack()).isEqualTo(Settlement.LEASE_LOST);
    assertThat(d.settled().toCompletableFuture().get(5, TimeUnit.SECONDS))
        .isEqualTo(SettleResult.LEASE_LOST);
    await().until(() -> broker.events(BrokerEvent.Type.LEASE_LOST).size() == 1);
    assertThat(r.receive(ofSeconds(5)).redelivered()).isTrue();
  }

  @Test
  void handlerWhoseLeaseWasLostKeepsItsSlot() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch started = new CountDownLatch(2);
    for (int i = 0; i < 6; i++) {
      queue.add(message("m" + i));
    }
    broker
        .consumer("q")
        .concurrency(2)
        .start(
            (Delivery d) -> {
              most.accumulateAndGet(inside.incrementAndGet(), Math::max);
              started.countDown();
              go.await();
              inside.decrementAndGet();
            });
    assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
    queue.loseAll();
    await().until(() -> queue.handedOut >= 12);
    assertThat(inside).hasValue(2);
    go.countDown();
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 6);
    assertThat(most).hasValue(2);
  }

  @Test
  void deliveriesThatLostTheirLeaseBeforeTheirHandlerAreNotHandled() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch started = new CountDownLatch(1);
    List<String> seen = new CopyOnWriteArrayList<>();
    queue.add(message("first"));
    queue.add(message("second"));
    broker
        .consumer("q")
        .start(
            (Delivery d) -> {
              seen.add(d.message().id() + d.attempt());
              started.countDown();
              go.await();
            });
    assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
    queue.loseAll();
    go.countDown();
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 2);
    assertThat(seen).containsExactly("first1", "first2", "second2");
  }

  @Test
  void flushAnswersTheWorstOfWhatIsOpen() throws Exception {
    for (int i = 0; i < 3; i++) {
      queue.add(message("m" + i));
    }
    Receiver r = broker.consumer("q").receiver();
    Delivery a = r.receive(ofSeconds(5));
    Delivery b = r.receive(ofSeconds(5));
    Delivery c = r.receive(ofSeconds(5));
    assertThat(r.flush().toCompletableFuture().get(5, TimeUnit.SECONDS))
        .isEqualTo(SettleResult.SETTLED);
    queue.holdAnswers = true;
    a.ack();
    await().until(() -> queue.settlements().size() == 1);
    CompletableFuture<SettleResult> flush = r.flush().toCompletableFuture();
    b.ack();
    assertThat(flush).isNotDone();
    queue.answerHeld();
    assertThat(flush.get(5, TimeUnit.SECONDS)).isEqualTo(SettleResult.SETTLED);
    queue.holdAnswers = true;
    c.ack();
    await().until(() -> queue.settlements().size() == 3);
    CompletableFuture<SettleResult> last = r.flush().toCompletableFuture();
    r.close(ofMillis(100));
    assertThat(last.get(5, TimeUnit.SECONDS)).isEqualTo(SettleResult.UNKNOWN);
  }

  @Test
  void settlementsOfALaneThatThrowsAreUnknown() throws Exception {
    queue.add(message("a"));
    queue.add(message("b"));
    Receiver r = broker.consumer("q").receiver();
    Delivery a = r.receive(ofSeconds(5));
    Delivery b = r.receive(ofSeconds(5));
    queue.settleError = new IllegalStateException("broken driver");
    a.ack();
    assertThat(a.settled().toCompletableFuture().get(5, TimeUnit.SECONDS))
        .isEqualTo(SettleResult.UNKNOWN);
    queue.settleError = null;
    b.ack();
    assertThat(b.settled().toCompletableFuture().get(5, TimeUnit.SECONDS))
        .isEqualTo(SettleResult.SETTLED);
  }

  @Test
  void manualHandlersSettleLaterFromAnyThread() {
    List<Delivery> kept = new CopyOnWriteArrayList<>();
    for (int i = 0; i < 100; i++) {
      queue.add(message("m" + i));
    }
    broker.consumer("q").ackMode(AckMode.MANUAL).prefetch(100).start((Delivery d) -> kept.add(d));
    await().until(() -> kept.size() == 100);
    assertThat(queue.settlements()).isEmpty();
    kept.parallelStream().forEach(Delivery::ack);
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 100);
  }

  @Test
  void manualHandlerThatThrowsFailsItsMessage() {
    broker.nativeRetry = true;
    queue.add(message("m"));
    broker
        .consumer("q")
        .ackMode(AckMode.MANUAL)
        .start(
            (Delivery d) -> {
              if (d.failures() == 0) {
                throw new IllegalStateException();
              }
            });
    await().until(() -> queue.settledIds(SettleOutcome.RETRY).size() == 1);
  }

  /**
   * The acks of a serial consumer go out at the latest while its next handler runs, in a few
   * milliseconds.
   */
  @Test
  void ackOfAFinishedMessageGoesOutWhileTheNextHandlerRuns() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    long[] finished = new long[1];
    queue.add(message("warm"));
    Consumer c =
        broker
            .consumer("q")
            .start(
                (Delivery d) -> {
                  if (d.message().id().equals("slow")) {
                    go.await();
                  } else {
                    finished[0] = System.nanoTime();
                  }
                });
    await().until(() -> queue.settlements().size() == 1);
    List<Long> waits = new ArrayList<>();
    c.pause();
    for (int i = 0; i < 20; i++) {
      queue.add(message("m" + i));
    }
    queue.add(message("slow"));
    c.resume();
    await().until(() -> queue.settlements().size() == 21);
    waits.add(queue.settlements().get(20).atNanos() - finished[0]);
    // Real timers of a busy machine are late; that it does not wait for the handler is what counts.
    assertThat(waits).allMatch(w -> w < ofSeconds(1).toNanos());
    go.countDown();
    await().until(() -> queue.settlements().size() == 22);
  }

  @Test
  void verbsInsideCompletionsAndHandlersDoNotDeadlock() throws Exception {
    for (int i = 0; i < 5; i++) {
      queue.add(message("m" + i));
    }
    CountDownLatch all = new CountDownLatch(5);
    Consumer[] self = new Consumer[1];
    CountDownLatch set = new CountDownLatch(1);
    self[0] =
        broker
            .consumer("q")
            .prefetch(1)
            .ackMode(AckMode.MANUAL)
            .start(
                (Delivery d) -> {
                  set.await();
                  d.settled()
                      .thenRun(
                          () -> {
                            d.ack();
                            self[0].flush().thenRun(all::countDown);
                          });
                  d.ack();
                });
    set.countDown();
    assertThat(all.await(10, TimeUnit.SECONDS)).isTrue();
  }
}
