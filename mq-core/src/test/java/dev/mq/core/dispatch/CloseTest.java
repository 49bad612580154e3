package dev.mq.core.dispatch;

import static dev.mq.core.dispatch.FakeBroker.message;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mq.api.AckMode;
import dev.mq.api.BrokerEvent;
import dev.mq.api.ClosedException;
import dev.mq.api.Consumer;
import dev.mq.api.Delivery;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.Receiver;
import dev.mq.api.SettleResult;
import dev.mq.api.Settlement;
import dev.mq.spi.SettleOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(90)
class CloseTest {
  @RegisterExtension final FakeBroker broker = FakeBroker.withRealTime();
  private final FakeQueue queue = broker.queue("q");

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void closeLetsHandlersFinishAndGivesBackWhatNoneSaw(int concurrency) throws Exception {
    for (int i = 0; i < 10; i++) {
      queue.add(message("m" + i));
    }
    CountDownLatch started = new CountDownLatch(concurrency);
    CountDownLatch go = new CountDownLatch(1);
    List<String> finished = new CopyOnWriteArrayList<>();
    Consumer c =
        broker
            .consumer("q")
            .concurrency(concurrency)
            .start(
                (Delivery d) -> {
                  started.countDown();
                  go.await();
                  finished.add(d.message().id());
                });
    assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
    CompletableFuture<Boolean> closing =
        CompletableFuture.supplyAsync(() -> c.close(ofSeconds(20)));
    // What no handler saw is given back while the others still run.
    await().until(() -> queue.waiting().size() == 10 - concurrency);
    assertThat(closing).isNotDone();
    go.countDown();
    assertThat(closing.get(20, TimeUnit.SECONDS)).isTrue();
    assertThat(finished).hasSize(concurrency);
    assertThat(queue.settledIds(SettleOutcome.ACK)).hasSameElementsAs(finished);
    assertThat(queue.waiting()).hasSize(10 - concurrency);
    assertThat(queue.entries()).noneMatch(e -> e.failures > 0);
    assertThat(queue.closes).isEqualTo(1);
    assertThat(broker.kernel.children()).isEmpty();
    assertThat(c.terminated().toCompletableFuture()).succeedsWithin(ofSeconds(5));
  }

  /** Y-02, Y-03, C-04. */
  @ParameterizedTest
  @CsvSource({"1,1,false", "4,1,false", "4,3,false", "1,1,true"})
  void closeRacingHandlersStartsNoneAfterItReturned(int concurrency, int lanes, boolean batch)
      throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 150; round++) {
      FakeQueue q = broker.queue("race" + round);
      q.laneCount = lanes;
      for (int i = 0; i < 50; i++) {
        q.add(message("m" + i));
      }
      AtomicBoolean closed = new AtomicBoolean();
      AtomicInteger late = new AtomicInteger();
      AtomicInteger handled = new AtomicInteger();
      dev.mq.api.ConsumerBuilder<byte[]> b =
          broker.consumer("race" + round).concurrency(concurrency);
      Consumer c =
          batch
              ? b.startBatch(
                  7,
                  all -> {
                    handled.addAndGet(all.size());
                    if (closed.get()) {
                      late.incrementAndGet();
                    }
                  })
              : b.start(
                  (Delivery d) -> {
                    handled.incrementAndGet();
                    if (closed.get()) {
                      late.incrementAndGet();
                    }
                  });
      LockSupport.parkNanos(random.nextInt(2_000_000));
      CompletableFuture<Void> second = CompletableFuture.runAsync(c::close);
      assertThat(c.close(ofSeconds(20))).as("round %s, seed %s", round, seed).isTrue();
      closed.set(true);
      second.get(20, TimeUnit.SECONDS);
      c.close();
      assertThat(q.settledIds(SettleOutcome.ACK))
          .as("round %s, seed %s", round, seed)
          .hasSize(handled.get());
      assertThat(q.waiting()).hasSize(50 - handled.get());
      assertThat(late).hasValue(0);
      assertThat(q.closes).isEqualTo(1);
      assertThat(q.violations()).isEmpty();
    }
  }

  /** C-04. */
  @Test
  void settleRacingCloseIsEitherSettledOrDeliveredAgain() throws Exception {
    for (int round = 0; round < 300; round++) {
      FakeQueue q = broker.queue("race" + round);
      q.add(message("m"));
      Receiver r = broker.consumer("race" + round).receiver();
      Delivery d = r.receive(ofSeconds(10));
      CompletableFuture<Settlement> verb = CompletableFuture.supplyAsync(d::ack);
      r.close(ofSeconds(10));
      Settlement s = verb.get(10, TimeUnit.SECONDS);
      SettleResult word = d.settled().toCompletableFuture().get(10, TimeUnit.SECONDS);
      if (word == SettleResult.SETTLED) {
        assertThat(q.waiting()).isEmpty();
      } else {
        assertThat(q.waiting()).hasSize(1);
      }
      if (s == Settlement.LEASE_LOST) {
        assertThat(word).isEqualTo(SettleResult.LEASE_LOST);
      }
      assertThat(q.violations()).isEmpty();
    }
  }

  /** Y-06. */
  @ParameterizedTest
  @CsvSource({"1,ON_RETURN", "3,ON_RETURN", "1,MANUAL", "1,NONE"})
  void closeInsideAHandlerDoesNotWaitForItself(int concurrency, AckMode mode) throws Exception {
    for (int i = 0; i < 20; i++) {
      queue.add(message("m" + i));
    }
    CompletableFuture<Consumer> self = new CompletableFuture<>();
    CompletableFuture<Long> took = new CompletableFuture<>();
    AtomicInteger after = new AtomicInteger();
    AtomicBoolean returned = new AtomicBoolean();
    Consumer c =
        broker
            .consumer("q")
            .concurrency(concurrency)
            .ackMode(mode)
            .start(
                (Delivery d) -> {
                  if (returned.get()) {
                    after.incrementAndGet();
                  }
                  long begin = System.nanoTime();
                  self.get().close(ofSeconds(60));
                  returned.set(true);
                  took.complete(System.nanoTime() - begin);
                });
    self.complete(c);
    assertThat(took.get(20, TimeUnit.SECONDS)).isLessThan(ofSeconds(10).toNanos());
    assertThat(c.terminated().toCompletableFuture()).succeedsWithin(ofSeconds(20));
    // The other slots may have got their message before, and come to their first line only now.
    assertThat(after).hasValueLessThan(concurrency);
    assertThat(queue.closes).isEqualTo(1);
    if (mode == AckMode.ON_RETURN) {
      assertThat(queue.settledIds(SettleOutcome.ACK)).isNotEmpty();
    }
  }

  /** Y-05. */
  @Test
  void closeWakesWaitingReceivers() {
    Receiver r = broker.consumer("q").receiver();
    CompletableFuture<Delivery> waiting =
        CompletableFuture.supplyAsync(() -> r.receive(Duration.ofHours(1)));
    CompletableFuture<List<Delivery>> batch =
        CompletableFuture.supplyAsync(() -> r.receiveBatch(3, Duration.ofHours(1)));
    r.close();
    assertThat(waiting)
        .failsWithin(ofSeconds(10))
        .withThrowableThat()
        .withCauseInstanceOf(ClosedException.class);
    assertThat(batch)
        .failsWithin(ofSeconds(10))
        .withThrowableThat()
        .withCauseInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> r.receive(ofSeconds(1))).isInstanceOf(ClosedException.class);
  }

  @Test
  void interruptedReceiverSaysSoAndKeepsTheInterrupt() {
    Receiver r = broker.consumer("q").receiver();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> r.receive(ofSeconds(10)))
        .isInstanceOfSatisfying(
            MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERRUPTED));
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void handlerThatOutlivesTheTimeoutCannotSettleAnyMore() throws Exception {
    queue.add(message("m"));
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    CompletableFuture<Settlement> late = new CompletableFuture<>();
    Consumer c =
        broker
            .consumer("q")
            .start(
                (Delivery d) -> {
                  started.countDown();
                  go.await();
                  late.complete(d.ack());
                });
    assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(c.close(ofMillis(100))).isFalse();
    // Close does not wait for the subscription longer than for the handler and a little.
    await().until(() -> queue.closes == 1);
    assertThat(queue.waiting()).hasSize(1);
    go.countDown();
    assertThat(late.get(10, TimeUnit.SECONDS)).isEqualTo(Settlement.LEASE_LOST);
    assertThat(c.terminated().toCompletableFuture()).succeedsWithin(ofSeconds(5));
  }

  /** Y-07. */
  @ParameterizedTest
  @ValueSource(strings = {"settle", "receive", "close"})
  void closeIsBoundedWhenTheBackendHangs(String where) throws Exception {
    CountDownLatch hang = new CountDownLatch(1);
    queue.add(message("m"));
    CountDownLatch handled = new CountDownLatch(1);
    if (where.equals("settle")) {
      queue.hangSettle = hang;
    }
    Consumer c = broker.consumer("q").start((Delivery d) -> handled.countDown());
    assertThat(handled.await(10, TimeUnit.SECONDS)).isTrue();
    if (where.equals("receive")) {
      await().until(() -> queue.settlements().size() == 1);
      queue.hangReceive = hang;
      queue.lastSub().lanes.get(0).wakeup();
      await().until(() -> queue.lastSub().lanes.get(0).user.get() != null);
    } else if (where.equals("close")) {
      queue.hangClose = hang;
    }
    long begin = System.nanoTime();
    c.close(ofMillis(300));
    assertThat(System.nanoTime() - begin).isLessThan(ofSeconds(5).toNanos());
    hang.countDown();
    await().until(() -> queue.closes == 1);
    assertThat(c.terminated().toCompletableFuture()).succeedsWithin(ofSeconds(5));
  }

  @Test
  void deletedQueueEndsTheConsumerWithItsReason() {
    Consumer c = broker.consumer("q").start((Delivery d) -> {});
    queue.cancel(new MqException(ErrorCode.NOT_FOUND, "queue deleted"));
    queue.cancel(new MqException(ErrorCode.NOT_FOUND, "queue deleted"));
    assertThat(c.terminated().toCompletableFuture())
        .failsWithin(ofSeconds(10))
        .withThrowableThat()
        .withMessageContaining("queue deleted");
    assertThat(broker.events(BrokerEvent.Type.CONSUMER_ENDED)).hasSize(1);
    assertThat(c.close(ofSeconds(5))).isTrue();
    assertThat(broker.kernel.children()).isEmpty();
  }

  @Test
  void theReasonIsToldBeforeTheConsumerIsTerminated() throws Exception {
    Consumer c = broker.consumer("q").start((Delivery d) -> {});
    CompletableFuture<Void> terminated = c.terminated().toCompletableFuture();
    AtomicBoolean tooLate = new AtomicBoolean();
    broker.onEvent =
        event -> {
          try {
            terminated.get(200, TimeUnit.MILLISECONDS);
          } catch (TimeoutException e) {
            return; // Not while the event is told.
          } catch (InterruptedException | ExecutionException e) {
            tooLate.set(true);
          }
        };
    queue.cancel(new MqException(ErrorCode.NOT_FOUND, "queue deleted"));
    assertThat(terminated).failsWithin(ofSeconds(10));
    assertThat(tooLate).isFalse();
  }

  /** Otherwise close may return before that. */
  @Test
  void whoClosesAlsoClosesTheSubscriptionWhenNoLaneHangs() {
    for (int round = 0; round < 300; round++) {
      queue.laneCount = 1 + round % 3;
      Consumer c = broker.consumer("q").concurrency(queue.laneCount).start((Delivery d) -> {});
      assertThat(c.close(ofSeconds(20))).isTrue();
      assertThat(queue.closes).isEqualTo(round + 1);
    }
    assertThat(queue.closedBy).allMatch(thread -> thread.contains("-close-"));
  }

  @Test
  void consumersOfAClosedBrokerAreRefused() {
    broker.kernel.markClosed();
    assertThatThrownBy(() -> broker.consumer("q").start((Delivery d) -> {}))
        .isInstanceOf(ClosedException.class);
    assertThat(queue.lastOptions).isNull();
  }

  @Test
  void settledOnReceiptIsHandledBeforeClose() {
    AtomicInteger handled = new AtomicInteger();
    for (int i = 0; i < 100; i++) {
      queue.add(message("m" + i));
    }
    Consumer c =
        broker
            .consumer("q")
            .ackMode(AckMode.NONE)
            .start(
                (Delivery d) -> {
                  handled.incrementAndGet();
                  LockSupport.parkNanos(100_000);
                });
    await().until(() -> handled.get() > 0);
    assertThat(c.close(ofSeconds(20))).isTrue();
    assertThat(handled.get() + queue.waiting().size()).isEqualTo(100);
  }

  @Test
  void openingAndClosingLeavesNoThread() {
    for (int i = 0; i < 50; i++) {
      Consumer c = broker.consumer("q").concurrency(1 + i % 2).start((Delivery d) -> {});
      queue.add(message("m" + i));
      c.close();
    }
    await()
        .atMost(ofSeconds(20))
        .until(
            () -> {
              List<String> ours = new ArrayList<>();
              for (Thread t : Thread.getAllStackTraces().keySet()) {
                if (t.getName().startsWith("mq-fake-consumer-")) {
                  ours.add(t.getName());
                }
              }
              return ours.isEmpty();
            });
  }
}
