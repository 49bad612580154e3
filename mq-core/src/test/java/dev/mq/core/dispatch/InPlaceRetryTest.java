package dev.mq.core.dispatch;

import static dev.mq.core.dispatch.FakeBroker.message;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mq.api.Delivery;
import dev.mq.api.Retry;
import dev.mq.api.SettleResult;
import dev.mq.core.runtime.WireHeaders;
import dev.mq.spi.SettleOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Retries that keep the order. */
@Timeout(60)
class InPlaceRetryTest {
  @RegisterExtension final FakeBroker broker = FakeBroker.withManualTime();
  private final FakeQueue queue = broker.queue("q");
  private final FakeQueue dead = broker.queue("dead");

  @Test
  void inPlaceRetryKeepsTheOrder() {
    for (int i = 0; i < 3; i++) {
      queue.add(message("m" + i));
    }
    List<String> calls = new CopyOnWriteArrayList<>();
    List<String> done = new CopyOnWriteArrayList<>();
    broker
        .consumer("q")
        .retry(Retry.inPlace(ofSeconds(1), ofSeconds(1)))
        .start(
            (Delivery d) -> {
              calls.add(d.message().id() + "/" + d.failures() + "/" + d.attempt());
              if (d.message().id().equals("m1") && d.failures() == 0) {
                throw new IllegalStateException();
              }
              if (d.message().id().equals("m1") && d.failures() == 1) {
                d.nack(ofSeconds(5));
                return;
              }
              done.add(d.message().id());
            });
    await().until(() -> calls.size() == 2);
    await()
        .until(
            () -> {
              broker.manual.advance(ofMillis(500));
              return done.size() == 3;
            });
    assertThat(calls).containsExactly("m0/0/1", "m1/0/1", "m1/1/2", "m1/2/3", "m2/0/1");
    await().until(() -> queue.settledIds(SettleOutcome.ACK).equals(List.of("m0", "m1", "m2")));
    assertThat(broker.published).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 20})
  void inPlaceRetryEndsExactlyAtItsLimit(int limit) {
    queue.add(message("m"));
    AtomicInteger calls = new AtomicInteger();
    broker
        .consumer("q")
        .retry(Retry.inPlace(Duration.ZERO, Duration.ZERO).maxAttempts(limit).deadLetter("dead"))
        .start(
            (Delivery d) -> {
              calls.incrementAndGet();
              throw new IllegalStateException();
            });
    await().until(() -> dead.waiting().size() == 1);
    assertThat(calls).hasValue(limit);
    assertThat(dead.waiting().get(0).headers().value(WireHeaders.FAILURES)).isEqualTo((long) limit);
  }

  @Test
  void inPlaceRetriesWithoutEndCostNothingThatGrowsAndAnswerTheFirstDelivery() {
    queue.add(message("m"));
    List<Delivery> kept = new CopyOnWriteArrayList<>();
    broker
        .consumer("q")
        .retry(Retry.inPlace(Duration.ZERO, Duration.ZERO))
        .start(
            (Delivery d) -> {
              if (d.failures() < 3) {
                kept.add(d);
              }
              if (d.failures() < 20_000) {
                throw new InPlaceFailure();
              }
            });
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 1);
    assertThat(kept)
        .hasSize(3)
        .allSatisfy(
            d ->
                assertThat(d.settled().toCompletableFuture().join())
                    .isEqualTo(SettleResult.SETTLED));
  }

  /** Cheap to throw. */
  private static final class InPlaceFailure extends Exception {
    private static final long serialVersionUID = 1L;

    InPlaceFailure() {
      super("again", null, false, false);
    }
  }

  @Test
  void closeDuringAWaitInPlaceGivesTheMessageBack() {
    queue.add(message("m"));
    AtomicInteger calls = new AtomicInteger();
    var c =
        broker
            .consumer("q")
            .retry(Retry.inPlace(ofMinutes(1), ofMinutes(1)))
            .start(
                (Delivery d) -> {
                  calls.incrementAndGet();
                  throw new IllegalStateException();
                });
    await().until(() -> calls.get() == 1);
    assertThat(c.close(ofSeconds(10))).isTrue();
    assertThat(calls).hasValue(1);
    assertThat(queue.waiting()).hasSize(1);
    assertThat(queue.settledIds(SettleOutcome.RELEASE)).containsExactly("m");
  }

  @Test
  void leaseLostDuringAWaitInPlaceRunsTheHandlerForTheNewDeliveryOnly() {
    queue.add(message("m"));
    List<Integer> failures = new CopyOnWriteArrayList<>();
    broker
        .consumer("q")
        .retry(Retry.inPlace(ofMinutes(1), ofMinutes(1)))
        .start(
            (Delivery d) -> {
              failures.add(d.failures());
              if (d.attempt() == 1) {
                throw new IllegalStateException();
              }
            });
    await().until(() -> failures.size() == 1);
    // The handler's thread claims the delivery as failed before it waits, so not before there is a
    // timer for that, next to the one for the hold.
    await().until(() -> broker.manual.timers() == 2);
    queue.lose("m");
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 1);
    assertThat(failures).containsExactly(0, 0);
  }

  @Test
  void batchRetriesInPlaceOnlyWhatFailed() {
    for (int i = 0; i < 4; i++) {
      queue.add(message("m" + i));
    }
    List<List<String>> calls = new CopyOnWriteArrayList<>();
    broker
        .consumer("q")
        .retry(Retry.inPlace(Duration.ZERO, Duration.ZERO))
        .startBatch(
            10,
            batch -> {
              List<String> ids = new ArrayList<>();
              batch.forEach(d -> ids.add(d.message().id() + "/" + d.failures()));
              calls.add(ids);
              if (calls.size() == 1) {
                batch.get(1).nack();
                batch.get(2).ack();
              } else if (calls.size() == 2) {
                throw new IllegalStateException();
              }
            });
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 4);
    assertThat(calls.get(0)).containsExactly("m0/0", "m1/0", "m2/0", "m3/0");
    assertThat(calls.get(1)).containsExactly("m1/1");
    assertThat(calls.get(2)).containsExactly("m1/2");
  }
}
