package dev.mq.core.dispatch;

import static dev.mq.core.dispatch.FakeBroker.limited;
import static dev.mq.core.dispatch.FakeBroker.message;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mq.api.BrokerEvent;
import dev.mq.api.ConfigException;
import dev.mq.api.Delivery;
import dev.mq.api.ErrorCode;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.Receiver;
import dev.mq.api.Retry;
import dev.mq.api.SettleResult;
import dev.mq.core.runtime.WireHeaders;
import dev.mq.spi.QueueTraits;
import dev.mq.spi.SettleOutcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class RetryTest {
  @RegisterExtension final FakeBroker broker = FakeBroker.withManualTime();
  private final FakeQueue queue = broker.queue("q");
  private final FakeQueue dead = broker.queue("dead");

  @ParameterizedTest
  @CsvSource({"1,false", "3,false", "20,false", "1,true", "3,true", "20,true"})
  void deadLettersExactlyAfterTheLimitOfFailures(int limit, boolean nativeRetry) {
    broker.nativeRetry = nativeRetry;
    queue.add(Message.builder().id("m").body("x").key("k").header("h", 7).type("t").build());
    List<Integer> failures = new CopyOnWriteArrayList<>();
    List<Integer> attempts = new CopyOnWriteArrayList<>();
    broker
        .consumer("q")
        .retry(limited(limit))
        .start(
            (body, d) -> {
              failures.add(d.failures());
              attempts.add(d.attempt());
              assertThat(d.redelivered()).isEqualTo(d.attempt() > 1);
              if (d.failures() % 2 == 0) {
                d.nack();
              } else {
                throw new IllegalStateException("no");
              }
            });
    await().until(() -> !dead.waiting().isEmpty());
    await().until(() -> queue.unsettled() == 0);
    assertThat(failures).hasSize(limit);
    for (int i = 0; i < limit; i++) {
      assertThat(failures.get(i)).isEqualTo(i);
      assertThat(attempts.get(i)).isEqualTo(i + 1);
    }
    Message letter = dead.waiting().get(0);
    assertThat(letter.id()).isEqualTo("m");
    assertThat(letter.text()).isEqualTo("x");
    assertThat(letter.key()).isEqualTo("k");
    assertThat(letter.type()).isEqualTo("t");
    assertThat(letter.headers().value("h")).isEqualTo(7L);
    assertThat(letter.headers().text(WireHeaders.DEAD_REASON)).isEqualTo("max-attempts");
    assertThat(letter.headers().text(WireHeaders.DEAD_QUEUE)).isEqualTo("q");
    assertThat(letter.headers().value(WireHeaders.FAILURES)).isEqualTo((long) limit);
    assertThat(dead.waiting()).hasSize(1);
    assertThat(queue.waiting()).isEmpty();
    assertThat(broker.events(BrokerEvent.Type.DEAD_LETTERED)).hasSize(1);
  }

  @Test
  void failuresAreCountedOverSeveralConsumers() {
    queue.add(message("m"));
    for (int i = 0; i < 4; i++) {
      int n = i;
      Receiver r = broker.consumer("q").retry(limited(5)).receiver();
      Delivery d = r.receive(ofSeconds(5));
      assertThat(d.failures()).isEqualTo(n);
      d.nack();
      r.close();
    }
    assertThat(dead.waiting()).isEmpty();
    Receiver r = broker.consumer("q").retry(limited(5)).receiver();
    r.receive(ofSeconds(5)).nack();
    r.close();
    assertThat(dead.waiting()).hasSize(1);
  }

  @Test
  void failuresStartAgainInTheDeadLetterQueue() {
    queue.add(message("m"));
    broker.consumer("q").retry(limited(3)).start((Delivery d) -> d.nack());
    await().until(() -> !dead.waiting().isEmpty());
    Receiver r = broker.consumer("dead").receiver();
    Delivery d = r.receive(ofSeconds(5));
    assertThat(d.failures()).isZero();
    assertThat(d.redelivered()).isFalse();
    assertThat(d.message().headers().value(WireHeaders.FAILURES)).isEqualTo(3L);
  }

  @Test
  void releaseAndCloseAreNotFailures() {
    queue.add(message("m"));
    for (int i = 0; i < 50; i++) {
      Receiver r = broker.consumer("q").retry(limited(1)).receiver();
      Delivery d = r.receive(ofSeconds(5));
      assertThat(d.failures()).isZero();
      if (i % 2 == 0) {
        d.release();
      }
      r.close();
    }
    assertThat(dead.waiting()).isEmpty();
    assertThat(queue.waiting()).hasSize(1);
  }

  /** A-07b: a broker that ends messages after five deliveries never gets that far. */
  @Test
  void theBrokersOwnLimitOfDeliveriesIsNeverReached() {
    broker.deliveryLimit = 5;
    queue.deliveryLimit = 5;
    queue.add(message("m"));
    int attempt = 0;
    for (int i = 0; i < 50; i++) {
      Receiver r = broker.consumer("q").retry(limited(1)).receiver();
      Delivery d = r.receive(ofSeconds(5));
      assertThat(d.failures()).isZero();
      assertThat(d.attempt()).isGreaterThan(attempt);
      attempt = d.attempt();
      if (i % 2 == 0) {
        d.release();
      }
      r.close();
    }
    assertThat(dead.waiting()).isEmpty();
    assertThat(queue.waiting()).hasSize(1);
  }

  @Test
  void aMessageNearTheBrokersLimitIsHeldUntilItsCopyIsConfirmed() {
    broker.deliveryLimit = 5;
    queue.deliveryLimit = 5;
    queue.add(message("m"), 4, 0);
    broker.publishError = new MqException(ErrorCode.UNAVAILABLE, true, true, "down", null);
    Receiver r = broker.consumer("q").receiver();
    await().until(() -> queue.unsettled() == 1);
    for (int i = 0; i < 5; i++) {
      assertThat(r.receive(ofMillis(50))).isNull();
      broker.manual.advance(ofMinutes(1));
    }
    assertThat(queue.unsettled()).isEqualTo(1);
    assertThat(queue.settlements()).isEmpty();
    broker.publishError = null;
    broker.manual.advance(ofMinutes(1));
    assertThat(r.receive(ofSeconds(5)).message().id()).isEqualTo("m");
  }

  @Test
  void nativeRetryGetsTheBackoffOfThePolicy() {
    broker.nativeRetry = true;
    queue.add(message("m"), 3, 2);
    broker
        .consumer("q")
        .retry(Retry.backoff(ofSeconds(1), ofMinutes(1)))
        .start((Delivery d) -> d.nack());
    await().until(() -> queue.settlements().size() == 1);
    assertThat(queue.settlements().get(0).outcome()).isEqualTo(SettleOutcome.RETRY);
    assertThat(queue.settlements().get(0).delayNanos()).isEqualTo(ofSeconds(4).toNanos());
  }

  @Test
  void nackWithADelayWaitsThatLong() throws Exception {
    queue.add(message("m"));
    AtomicInteger calls = new AtomicInteger();
    CountDownLatch nacked = new CountDownLatch(1);
    broker
        .consumer("q")
        .start(
            (body, d) -> {
              if (calls.incrementAndGet() == 1) {
                d.nack(ofSeconds(30));
                nacked.countDown();
              }
            });
    assertThat(nacked.await(10, TimeUnit.SECONDS)).isTrue();
    broker.manual.advance(ofSeconds(29));
    assertThat(broker.published).isEmpty();
    assertThat(queue.unsettled()).isEqualTo(1);
    await()
        .until(
            () -> {
              broker.manual.advance(ofSeconds(1));
              return calls.get() == 2;
            });
    assertThat(queue.awaitNoneUnsettled(ofSeconds(5))).isTrue();
    assertThat(broker.published).hasSize(1);
  }

  @Test
  void closeCutsTheDelayShortAndKeepsTheCount() {
    queue.add(message("m"));
    Receiver r = broker.consumer("q").receiver();
    Delivery d = r.receive(ofSeconds(5));
    d.nack(ofMinutes(10));
    r.close();
    assertThat(d.settled().toCompletableFuture().join()).isEqualTo(SettleResult.SETTLED);
    assertThat(queue.waiting()).hasSize(1);
    assertThat(queue.waiting().get(0).headers().value(WireHeaders.FAILURES)).isEqualTo(1L);
  }

  @Test
  void copyThatIsNotConfirmedReleasesTheOriginalAfterABackoff() {
    queue.add(message("m"));
    broker.publishError =
        new MqException(ErrorCode.OUTCOME_UNKNOWN, false, true, "no answer", null);
    Receiver r = broker.consumer("q").retry(Retry.backoff(Duration.ZERO, Duration.ZERO)).receiver();
    Delivery d = r.receive(ofSeconds(5));
    d.nack();
    assertThat(queue.unsettled()).isEqualTo(1);
    broker.manual.advance(ofSeconds(2));
    Delivery again = r.receive(ofSeconds(5));
    assertThat(again.redelivered()).isTrue();
    assertThat(again.failures()).isZero();
    assertThat(d.settled().toCompletableFuture().join()).isEqualTo(SettleResult.UNKNOWN);
    assertThat(queue.settledIds(SettleOutcome.ACK)).isEmpty();
  }

  @Test
  void whatACopyCountedHoldsInItsQueueOnly() {
    Message copy =
        message("m").toBuilder()
            .header(WireHeaders.FAILURES, 4)
            .header(WireHeaders.FAILURES_QUEUE, "other")
            .header(WireHeaders.ATTEMPTS, 9)
            .header(WireHeaders.EXPIRES_AT, 0)
            .build();
    queue.add(copy);
    broker.manual.advance(ofSeconds(1));
    Delivery d = broker.consumer("q").receiver().receive(ofSeconds(5));
    assertThat(d.failures()).isZero();
    assertThat(d.attempt()).isEqualTo(1);
    assertThat(d.redelivered()).isFalse();
  }

  @Test
  void aCopyIsFlaggedRedeliveredAlsoWhereTheBrokerSeesItForTheFirstTime() {
    queue.add(
        message("m").toBuilder()
            .header(WireHeaders.FAILURES, 0)
            .header(WireHeaders.FAILURES_QUEUE, "q")
            .build());
    Delivery d = broker.consumer("q").receiver().receive(ofSeconds(5));
    assertThat(d.attempt()).isEqualTo(2);
    assertThat(d.redelivered()).isTrue();
  }

  /** A-07b at its edge: the least limit that a broker may have. */
  @Test
  void aLimitOfThreeDeliveriesStillLeavesTwoForTheMove() {
    broker.deliveryLimit = 3;
    queue.deliveryLimit = 3;
    queue.add(message("m"));
    int attempt = 0;
    for (int i = 0; i < 20; i++) {
      Receiver r = broker.consumer("q").retry(limited(1)).receiver();
      Delivery d = r.receive(ofSeconds(5));
      assertThat(d.failures()).isZero();
      assertThat(d.attempt()).isGreaterThan(attempt);
      attempt = d.attempt();
      r.close();
    }
    assertThat(queue.waiting()).hasSize(1);
    assertThatThrownBy(() -> new QueueTraits(false, 2))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void queueTimeToLiveCountsAndIsKeptByRetryCopies() {
    broker.queueTtl = ofSeconds(10);
    queue.add(message("m"));
    List<String> seen = new CopyOnWriteArrayList<>();
    Receiver r = broker.consumer("q").retry(Retry.backoff(ofSeconds(6), ofSeconds(6))).receiver();
    r.receive(ofSeconds(5)).nack();
    broker.manual.advance(ofSeconds(6));
    Delivery second = r.receive(ofSeconds(5));
    seen.add(second.message().id());
    second.nack();
    broker.manual.advance(ofSeconds(6));
    // Whoever receives finds that it has expired.
    await()
        .until(
            () -> {
              assertThat(r.receive(ofMillis(50))).isNull();
              return queue.waiting().isEmpty() && queue.unsettled() == 0;
            });
    assertThat(seen).containsExactly("m");
  }

  @Test
  void tenthFailureWithoutALimitIsToldOnce() {
    broker.nativeRetry = true;
    queue.add(message("m"));
    AtomicInteger calls = new AtomicInteger();
    broker
        .consumer("q")
        .retry(Retry.backoff(Duration.ZERO, Duration.ZERO))
        .start(
            (Delivery d) -> {
              if (calls.incrementAndGet() < 25) {
                throw new IllegalStateException();
              }
            });
    await().until(() -> calls.get() == 25);
    assertThat(broker.events(BrokerEvent.Type.KEEPS_FAILING)).hasSize(1);
  }

  @Test
  void contradictionsAreFoundBeforeAnySideEffect() {
    assertThatThrownBy(
            () ->
                broker
                    .consumer("q")
                    .retry(Retry.defaults().maxAttempts(3))
                    .start((Delivery d) -> {}))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("dead-letter");
    assertThatThrownBy(
            () -> broker.consumer("q").retry(limited(3).deadLetter("q")).start((Delivery d) -> {}))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(
            () ->
                broker.consumer("q").retry(limited(3).deadLetter("none")).start((Delivery d) -> {}))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> broker.consumer("nowhere").start((Delivery d) -> {}))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> broker.consumer("q").retry(Retry.inPlace()).receiver())
        .isInstanceOf(ConfigException.class);
    assertThat(queue.lastOptions).isNull();
    assertThat(broker.kernel.children()).isEmpty();
  }

  @Test
  void configurationWinsOverTheProgram() {
    broker.config.put(
        "email",
        java.util.Map.of(
            "prefetch",
            "7",
            "concurrency",
            "3",
            "retry.max-attempts",
            "2",
            "retry.dead-letter",
            "dead",
            "retry.first",
            "0"));
    queue.add(message("m"));
    AtomicInteger calls = new AtomicInteger();
    broker
        .consumer("q")
        .name("email")
        .prefetch(100)
        .concurrency(9)
        .start(
            (Delivery d) -> {
              calls.incrementAndGet();
              throw new IllegalStateException();
            });
    await().until(() -> dead.waiting().size() == 1);
    assertThat(calls).hasValue(2);
    assertThat(queue.lastOptions.prefetch()).isEqualTo(7);
    assertThat(queue.lastOptions.concurrency()).isEqualTo(3);
    assertThat(queue.lastOptions.consumer()).isEqualTo("email");
  }
}
