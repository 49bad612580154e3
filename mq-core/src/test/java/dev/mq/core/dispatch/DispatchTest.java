package dev.mq.core.dispatch;

import static dev.mq.core.dispatch.FakeBroker.message;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mq.api.AckMode;
import dev.mq.api.BrokerEvent;
import dev.mq.api.Consumer;
import dev.mq.api.Delivery;
import dev.mq.api.Message;
import dev.mq.api.Receiver;
import dev.mq.api.Retry;
import dev.mq.api.Settlement;
import dev.mq.spi.SettleOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DispatchTest {
  /** Nothing is retried while a test looks, however long that takes. */
  private static final Retry LATE = Retry.backoff(ofMinutes(10), ofMinutes(10));

  @RegisterExtension final FakeBroker broker = FakeBroker.withRealTime();
  private final FakeQueue queue = broker.queue("q");

  /**
   * A-16, with one lane that takes anything and with lanes that hand out nothing before what they
   * hold is settled.
   */
  @ParameterizedTest
  @CsvSource({"1,1000000", "4,2"})
  void readyMessageStartsWhileASlotIsFree(int lanes, int barrierAfter) throws Exception {
    queue.laneCount = lanes;
    queue.barrierAfter = barrierAfter;
    queue.maxBatch = 2;
    CountDownLatch blocked = new CountDownLatch(3);
    CountDownLatch go = new CountDownLatch(1);
    Semaphore done = new Semaphore(0);
    broker
        .consumer("q")
        .concurrency(4)
        .start(
            (Delivery d) -> {
              if (d.message().id().startsWith("block")) {
                blocked.countDown();
                go.await();
              } else {
                done.release();
              }
            });
    for (int i = 0; i < 3; i++) {
      queue.add(message("block" + i));
    }
    assertThat(blocked.await(10, TimeUnit.SECONDS)).isTrue();
    for (int i = 0; i < 100; i++) {
      queue.add(message("m" + i));
      assertThat(done.tryAcquire(5, TimeUnit.SECONDS)).as("message %s", i).isTrue();
    }
    // What has finished is settled although the others still run.
    await().atMost(ofSeconds(5)).until(() -> queue.settledIds(SettleOutcome.ACK).size() == 100);
    go.countDown();
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 103);
  }

  /** */
  @Test
  void manyDeliveriesMayBeHeldWhileMoreArrive() {
    for (int i = 0; i < 60; i++) {
      queue.add(message("m" + i));
    }
    Receiver r = broker.consumer("q").prefetch(20).receiver();
    for (int round = 0; round < 3; round++) {
      List<Delivery> held = new ArrayList<>();
      while (held.size() < 20) {
        held.add(r.receive(ofSeconds(5)));
      }
      held.forEach(Delivery::ack);
    }
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 60);
    assertThat(queue.highWater).isEqualTo(20);
  }

  @ParameterizedTest
  @CsvSource({"1,1,1", "1,8,3", "7,4,3", "16,16,16", "5,2,1"})
  void prefetchIsAHardBoundOverAllLanes(int prefetch, int concurrency, int lanes) {
    queue.laneCount = Math.min(lanes, prefetch);
    for (int i = 0; i < 500; i++) {
      queue.add(message("m" + i));
    }
    broker.consumer("q").prefetch(prefetch).concurrency(concurrency).start((Delivery d) -> {});
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 500);
    assertThat(queue.highWater).isLessThanOrEqualTo(prefetch);
  }

  /** O-08. */
  @Test
  void equalKeysNeverOverlapAndKeepTheirOrderWhileOthersRun() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Map<String, Integer> sent = new ConcurrentHashMap<>();
    Map<String, List<Integer>> seen = new ConcurrentHashMap<>();
    Map<String, AtomicInteger> inside = new ConcurrentHashMap<>();
    AtomicBoolean overlap = new AtomicBoolean();
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch two = new CountDownLatch(2);
    for (int i = 0; i < 2000; i++) {
      String key = "k" + random.nextInt(10);
      int n = sent.merge(key, 1, Integer::sum);
      queue.add(Message.builder().key(key).body(String.valueOf(n)).build());
    }
    broker
        .consumer("q")
        .concurrency(4)
        .serialBy(Message::key)
        .start(
            (Delivery d) -> {
              String key = d.message().key();
              most.accumulateAndGet(now.incrementAndGet(), Math::max);
              // The first one waits for one of another key, whatever the threads get to run.
              two.countDown();
              two.await();
              if (inside.computeIfAbsent(key, k -> new AtomicInteger()).incrementAndGet() > 1) {
                overlap.set(true);
              }
              seen.computeIfAbsent(key, k -> new CopyOnWriteArrayList<>())
                  .add(Integer.valueOf(d.message().text()));
              LockSupport.parkNanos(1000);
              inside.get(key).decrementAndGet();
              now.decrementAndGet();
            });
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 2000);
    assertThat(overlap).as("seed %s", seed).isFalse();
    seen.forEach(
        (k, v) -> assertThat(v).as("%s, seed %s", k, seed).isSorted().hasSize(sent.get(k)));
    assertThat(most.get()).isGreaterThan(1);
  }

  @Test
  void aKeyThatIsBusyHoldsUpNoOtherKey() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch others = new CountDownLatch(20);
    queue.add(Message.builder().id("a1").key("a").build());
    queue.add(Message.builder().id("a2").key("a").build());
    queue.add(Message.builder().id("a3").key("a").build());
    for (int i = 0; i < 20; i++) {
      queue.add(Message.builder().id("b" + i).key(i % 2 == 0 ? "b" : null).build());
    }
    broker
        .consumer("q")
        .concurrency(2)
        .serialBy(Message::key)
        .start(
            (Delivery d) -> {
              if ("a".equals(d.message().key())) {
                go.await();
              } else {
                others.countDown();
              }
            });
    assertThat(others.await(10, TimeUnit.SECONDS)).isTrue();
    go.countDown();
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 23);
  }

  @Test
  void aKeyFunctionThatThrowsFailsItsMessageOnly() {
    broker.nativeRetry = true;
    queue.add(message("bad"));
    queue.add(message("good"));
    broker
        .consumer("q")
        .retry(LATE)
        .concurrency(2)
        .serialBy(
            m -> {
              if (m.id().equals("bad")) {
                throw new IllegalStateException();
              }
              return "k";
            })
        .start((Delivery d) -> {});
    await().until(() -> queue.settlements().size() == 2);
    assertThat(queue.settledIds(SettleOutcome.RETRY)).containsExactly("bad");
    assertThat(queue.settledIds(SettleOutcome.ACK)).containsExactly("good");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void serialHandlersNeverOverlap(int lanes) {
    queue.laneCount = lanes;
    queue.leaseNanos = lanes == 1 ? 0 : ofSeconds(10).toNanos();
    AtomicInteger inside = new AtomicInteger();
    AtomicBoolean overlap = new AtomicBoolean();
    for (int i = 0; i < 1000; i++) {
      queue.add(message("m" + i));
    }
    broker
        .consumer("q")
        .start(
            (Delivery d) -> {
              if (inside.incrementAndGet() > 1) {
                overlap.set(true);
              }
              LockSupport.parkNanos(1000);
              inside.decrementAndGet();
            });
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 1000);
    assertThat(overlap).isFalse();
  }

  @Test
  void handlersOfAnExecutorWithOneThreadAllRun() {
    ExecutorService one = Executors.newSingleThreadExecutor();
    try {
      for (int i = 0; i < 200; i++) {
        queue.add(message("m" + i));
      }
      List<Thread> threads = new CopyOnWriteArrayList<>();
      broker
          .consumer("q")
          .concurrency(8)
          .executor(one)
          .start((Delivery d) -> threads.add(Thread.currentThread()));
      await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 200);
      assertThat(threads.stream().distinct()).hasSize(1);
    } finally {
      one.shutdownNow();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5})
  void executorThatRunsTasksInItsCallerWorks(int concurrency) throws Exception {
    queue.leaseNanos = ofMillis(200).toNanos();
    for (int i = 0; i < 3000; i++) {
      queue.add(message("m" + i));
    }
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch last = new CountDownLatch(1);
    broker
        .consumer("q")
        .concurrency(concurrency)
        .executor(Runnable::run)
        .start(
            (Delivery d) -> {
              if (d.message().id().equals("m2999")) {
                last.countDown();
                go.await();
              }
            });
    assertThat(last.await(20, TimeUnit.SECONDS)).isTrue();
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 2999);
    await().until(() -> queue.renewals().size() >= 2);
    go.countDown();
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 3000);
  }

  @Test
  void executorThatRefusesIsAskedAgainAndNoMessageFails() {
    ExecutorService pool = Executors.newCachedThreadPool();
    Random random = new Random(7);
    Executor moody =
        task -> {
          synchronized (random) {
            if (random.nextInt(3) > 0) {
              throw new RejectedExecutionException("busy");
            }
          }
          pool.execute(task);
        };
    try {
      for (int i = 0; i < 100; i++) {
        queue.add(message("m" + i));
      }
      broker.consumer("q").concurrency(4).executor(moody).start((Delivery d) -> {});
      await().atMost(ofSeconds(30)).until(() -> queue.settledIds(SettleOutcome.ACK).size() == 100);
      assertThat(queue.settlements()).hasSize(100);
    } finally {
      pool.shutdownNow();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void nothingAHandlerThrowsStopsTheConsumer(int concurrency) {
    broker.nativeRetry = true;
    for (String id :
        List.of("exception", "error", "overflow", "interrupted", "interrupting", "fine")) {
      queue.add(message(id));
    }
    List<Boolean> interruptedAtStart = new CopyOnWriteArrayList<>();
    broker
        .consumer("q")
        .retry(LATE)
        .concurrency(concurrency)
        .start(
            (Delivery d) -> {
              interruptedAtStart.add(Thread.currentThread().isInterrupted());
              switch (d.message().id()) {
                case "exception" -> throw new Exception("checked");
                case "error" -> throw new AssertionError("error");
                case "overflow" -> overflow(0);
                case "interrupted" -> throw new InterruptedException();
                case "interrupting" -> Thread.currentThread().interrupt();
                default -> {
                  // Fine.
                }
              }
            });
    await().until(() -> queue.settlements().size() == 6);
    assertThat(queue.settledIds(SettleOutcome.RETRY))
        .containsExactlyInAnyOrder("exception", "error", "overflow", "interrupted");
    assertThat(queue.settledIds(SettleOutcome.ACK))
        .containsExactlyInAnyOrder("interrupting", "fine");
    assertThat(interruptedAtStart).doesNotContain(true);
    queue.add(message("later"));
    await().until(() -> queue.settledIds(SettleOutcome.ACK).contains("later"));
  }

  @SuppressWarnings("InfiniteRecursion")
  private static int overflow(int n) {
    return overflow(n + 1) + 1;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void batchesAreBoundedAndWaitForNothing(int concurrency) {
    for (int i = 0; i < 25; i++) {
      queue.add(message("m" + i));
    }
    List<Integer> sizes = new CopyOnWriteArrayList<>();
    broker.consumer("q").concurrency(concurrency).startBatch(10, batch -> sizes.add(batch.size()));
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 25);
    assertThat(sizes).allMatch(n -> n >= 1 && n <= 10);
    queue.add(message("alone"));
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 26);
  }

  @Test
  void interceptorsWrapHandlersTheFirstOneOutermost() {
    queue.add(message("m"));
    List<String> log = new CopyOnWriteArrayList<>();
    broker
        .consumer("q")
        .intercept(
            (d, next) -> {
              log.add("outer");
              next.handle(d);
              log.add("outer end");
            })
        .intercept(
            (d, next) -> {
              log.add("inner");
              next.handle(d);
            })
        .start((body, d) -> log.add("handler " + body.length));
    await().until(() -> queue.settlements().size() == 1);
    assertThat(log).containsExactly("outer", "inner", "handler 1", "outer end");
  }

  @Test
  void settledOnReceiptBoundsWhatIsInHandAndLosesAFailureOnly() throws Exception {
    Semaphore go = new Semaphore(0);
    for (int i = 0; i < 10; i++) {
      queue.add(message("m" + i));
    }
    Consumer c =
        broker
            .consumer("q")
            .prefetch(2)
            .ackMode(AckMode.NONE)
            .start(
                (Delivery d) -> {
                  go.acquire();
                  assertThat(d.ack()).isEqualTo(Settlement.ALREADY_SETTLED);
                  if (d.message().id().equals("m1")) {
                    throw new IllegalStateException();
                  }
                });
    await().until(() -> queue.handedOut == 2);
    go.release(5);
    await().until(() -> queue.handedOut >= 6);
    assertThat(queue.handedOut).isLessThanOrEqualTo(7);
    go.release(100);
    await().until(() -> queue.handedOut == 10);
    assertThat(queue.settlements()).isEmpty();
    await().until(() -> broker.events(BrokerEvent.Type.DROPPED).size() == 1);
    assertThat(c.close(ofSeconds(5))).isTrue();
  }

  @Test
  void temporaryErrorsOfReceiveAreRetriedAndDefiniteOnesEndTheConsumer() {
    queue.receiveError = new IllegalStateException("connection lost");
    queue.add(message("m"));
    Consumer c = broker.consumer("q").start((Delivery d) -> {});
    queue.receiveError = null;
    await().until(() -> queue.settlements().size() == 1);
    queue.receiveError = new IllegalArgumentException("not allowed");
    queue.lastSub().lanes.get(0).wakeup();
    assertThat(c.terminated().toCompletableFuture()).failsWithin(Duration.ofSeconds(10));
    assertThat(broker.events(BrokerEvent.Type.CONSUMER_ENDED)).hasSize(1);
    assertThat(broker.kernel.children()).isEmpty();
  }
}
