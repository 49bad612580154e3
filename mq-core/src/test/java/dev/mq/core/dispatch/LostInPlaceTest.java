package dev.mq.core.dispatch;

import static dev.mq.core.dispatch.FakeBroker.message;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mq.api.Delivery;
import dev.mq.api.Retry;
import dev.mq.api.SettleResult;
import dev.mq.spi.SettleOutcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A retry in place ends with the lease, whenever that is lost. */
@Timeout(30)
class LostInPlaceTest {
  @RegisterExtension final FakeBroker broker = FakeBroker.withManualTime();
  private final FakeQueue queue = broker.queue("q");

  @ParameterizedTest
  @ValueSource(longs = {0, 60})
  void leaseLostBetweenTheFailureAndItsWaitIsNotForgotten(long waitSeconds) throws Exception {
    queue.add(message("m"));
    List<Delivery> seen = new CopyOnWriteArrayList<>();
    CountDownLatch failed = new CountDownLatch(1);
    CountDownLatch lost = new CountDownLatch(1);
    broker
        .consumer("q")
        .retry(Retry.inPlace(ofSeconds(waitSeconds), ofSeconds(waitSeconds)))
        .start(
            (Delivery d) -> {
              seen.add(d);
              if (seen.size() == 1) {
                d.nack();
                failed.countDown();
                lost.await();
              }
            });
    assertThat(failed.await(10, TimeUnit.SECONDS)).isTrue();
    queue.lose("m");
    lost.countDown();
    // Without moving the clock: a dead lease is not waited for either.
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 1);
    assertThat(seen).extracting(Delivery::failures).containsExactly(0, 0);
    assertThat(seen.get(0).settled().toCompletableFuture())
        .succeedsWithin(ofSeconds(5))
        .isEqualTo(SettleResult.LEASE_LOST);
    assertThat(queue.unsettled()).isZero();
  }

  @Test
  void leaseLostWhileTheBatchWaitsForAnotherOfItsMessagesIsNotForgotten() {
    queue.add(message("a"));
    queue.add(message("b"));
    List<String> seen = new CopyOnWriteArrayList<>();
    broker
        .consumer("q")
        .retry(Retry.inPlace(ofMinutes(1), ofMinutes(1)))
        .startBatch(
            2,
            batch -> {
              batch.forEach(d -> seen.add(d.message().id() + "/" + d.failures()));
              if (batch.get(0).attempt() == 1) {
                throw new IllegalStateException();
              }
            });
    // The timer of the wait comes beside the one for the hold.
    await().until(() -> broker.manual.timers() == 2);
    queue.lose("b");
    broker.manual.advance(ofMinutes(1));
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 2);
    assertThat(seen).containsExactlyInAnyOrder("a/0", "b/0", "a/1", "b/0");
  }

  @Test
  void leaseLostBeforeTheWaitFreesItsPlaceInThePrefetch() throws Exception {
    queue.add(message("m"));
    CountDownLatch failed = new CountDownLatch(1);
    CountDownLatch lost = new CountDownLatch(1);
    List<Integer> attempts = new CopyOnWriteArrayList<>();
    broker
        .consumer("q")
        .prefetch(1)
        .retry(Retry.inPlace(Duration.ZERO, Duration.ZERO))
        .start(
            (Delivery d) -> {
              attempts.add(d.attempt());
              if (attempts.size() == 1) {
                d.nack();
                failed.countDown();
                lost.await();
              }
            });
    assertThat(failed.await(10, TimeUnit.SECONDS)).isTrue();
    queue.lose("m");
    queue.add(message("next"));
    lost.countDown();
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 2);
    assertThat(queue.highWater).isEqualTo(1);
  }
}
