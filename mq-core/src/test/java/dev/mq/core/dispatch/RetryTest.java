package dev.mq.core.dispatch;

import static dev.mq.core.dispatch.FakeBroker.message;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mq.api.BrokerEvent;
import dev.mq.api.Codec;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class RetryTest {
  private final FakeBroker broker = FakeBroker.withManualTime();
  private final FakeQueue queue = broker.queue("q");
  private final FakeQueue dead = broker.queue("dead");

  @AfterEach
  void noViolations() {
    broker.close();
    assertThat(queue.violations()).isEmpty();
  }

  private static Retry limited(int n) {
    return Retry.backoff(Duration.ZERO, Duration.ZERO).maxAttempts(n).deadLetter("dead");
  }

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
  void deadLetterThatFailsIsNeverLostAndToldOnce() {
    queue.add(message("m"));
    broker.publishError = new MqException(ErrorCode.UNAVAILABLE, true, true, "down", null);
    AtomicInteger calls = new AtomicInteger();
    broker
        .consumer("q")
        .retry(Retry.defaults().deadLetter("dead"))
        .start(
            (Delivery d) -> {
              calls.incrementAndGet();
              d.reject();
            });
    await().until(() -> broker.events(BrokerEvent.Type.DEAD_LETTER_FAILED).size() == 1);
    assertThat(queue.settlements()).isEmpty();
    broker.publishError = null;
    // The event comes before the wait begins.
    await()
        .until(
            () -> {
              broker.manual.advance(ofSeconds(2));
              return dead.waiting().size() == 1;
            });
    assertThat(calls).hasValue(2);
    assertThat(broker.events(BrokerEvent.Type.DEAD_LETTER_FAILED)).hasSize(1);
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void deadLetterThatFailsAtTheLimitIsCountedSoThatTheHandlerDoesNotRunAgain(boolean nativeRetry) {
    broker.nativeRetry = nativeRetry;
    queue.add(message("m"));
    AtomicInteger calls = new AtomicInteger();
    broker
        .consumer("q")
        .retry(limited(1))
        .start(
            (Delivery d) -> {
              calls.incrementAndGet();
              broker.publishError =
                  new MqException(ErrorCode.UNAVAILABLE, true, true, "down", null);
              throw new IllegalStateException();
            });
    await().until(() -> broker.events(BrokerEvent.Type.DEAD_LETTER_FAILED).size() == 1);
    broker.publishError = null;
    await()
        .until(
            () -> {
              broker.manual.advance(ofMinutes(1));
              return dead.waiting().size() == 1;
            });
    assertThat(calls).hasValue(1);
    assertThat(dead.waiting().get(0).headers().value(WireHeaders.FAILURES)).isEqualTo(1L);
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
  void exceptionTypesThatMeanRejectAreFoundInTheCauses() {
    queue.add(message("direct"));
    queue.add(message("cause"));
    queue.add(message("other"));
    broker
        .consumer("q")
        .retry(Retry.defaults().rejectOn(ArithmeticException.class).deadLetter("dead"))
        .start(
            (Delivery d) -> {
              switch (d.message().id()) {
                case "direct" -> throw new ArithmeticException("secret-free");
                case "cause" ->
                    throw new java.io.IOException(
                        new IllegalStateException(new ArithmeticException()));
                default -> throw new IllegalStateException();
              }
            });
    await().until(() -> dead.waiting().size() == 2);
    assertThat(dead.waiting()).extracting(Message::id).containsExactly("direct", "cause");
    assertThat(dead.waiting().get(0).headers().text(WireHeaders.DEAD_REASON)).isEqualTo("rejected");
    assertThat(dead.waiting().get(0).headers().text(WireHeaders.DEAD_ERROR))
        .isEqualTo("java.lang.ArithmeticException: secret-free");
  }

  @Test
  void errorTextOnADeadLetterIsCutTo200Characters() {
    queue.add(message("m"));
    broker
        .consumer("q")
        .retry(limited(1))
        .start(
            (Delivery d) -> {
              throw new IllegalStateException("x".repeat(1000));
            });
    await().until(() -> dead.waiting().size() == 1);
    assertThat(dead.waiting().get(0).headers().text(WireHeaders.DEAD_ERROR)).hasSize(200);
  }

  @Test
  void rejectWithoutADeadLetterQueueDiscardsAndSaysSo() {
    queue.add(message("m"));
    broker.consumer("q").start((Delivery d) -> d.reject());
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 1);
    await().until(() -> broker.events(BrokerEvent.Type.DROPPED).size() == 1);
  }

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
  void undecodableBodyIsDeadLetteredOnceWithoutARetry() {
    queue.add(Message.builder().id("bad").body(new byte[] {(byte) 0xff}).build());
    queue.add(message("good"));
    List<String> seen = new CopyOnWriteArrayList<>();
    broker
        .consumer("q")
        .as(Codec.text())
        .retry(Retry.defaults().deadLetter("dead"))
        .intercept(
            (d, next) -> {
              try {
                next.handle(d);
              } catch (dev.mq.api.DecodeException e) {
                // Swallowed: it must not turn into an ack.
              }
            })
        .start((body, d) -> seen.add(body));
    await().until(() -> dead.waiting().size() == 1 && seen.size() == 1);
    assertThat(dead.waiting().get(0).headers().text(WireHeaders.DEAD_REASON))
        .isEqualTo("undecodable");
    assertThat(seen).containsExactly("good");
  }

  @Test
  void undecodableBodyStaysWhenThereIsNowhereToPutIt() {
    broker.nativeRetry = true;
    queue.add(Message.builder().id("bad").body(new byte[] {(byte) 0xff}).build());
    broker.consumer("q").as(Codec.text()).start((body, d) -> assertThat(body).isNull());
    await().until(() -> queue.settlements().size() == 1);
    assertThat(queue.settlements().get(0).outcome()).isEqualTo(SettleOutcome.RETRY);
    assertThat(queue.settlements().get(0).delayNanos()).isEqualTo(ofMinutes(1).toNanos());
    assertThat(broker.events(BrokerEvent.Type.KEEPS_FAILING)).hasSize(1);
  }

  @Test
  void expiredMessagesAreNotDelivered() {
    Message short1 = message("short").toBuilder().timeToLive(ofSeconds(1)).build();
    Message long1 = message("long").toBuilder().timeToLive(ofSeconds(100)).build();
    queue.add(short1);
    queue.add(long1);
    broker.manual.advance(ofSeconds(2));
    Receiver r = broker.consumer("q").retry(Retry.defaults().deadLetter("dead")).receiver();
    assertThat(r.receive(ofSeconds(5)).message().id()).isEqualTo("long");
    await().until(() -> dead.waiting().size() == 1);
    Message letter = dead.waiting().get(0);
    assertThat(letter.headers().text(WireHeaders.DEAD_REASON)).isEqualTo("expired");
    assertThat(letter.timeToLive()).isNull();
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
  void crashLoopEndsInTheDeadLetterQueueAndFailuresDoNotCount() {
    queue.add(message("crashing"), 5, 0);
    queue.add(message("failing"), 50, 49);
    Receiver r =
        broker.consumer("q").maxDeliveries(5).retry(Retry.defaults().deadLetter("dead")).receiver();
    assertThat(r.receive(ofSeconds(5)).message().id()).isEqualTo("failing");
    await().until(() -> dead.waiting().size() == 1);
    assertThat(dead.waiting().get(0).headers().text(WireHeaders.DEAD_REASON))
        .isEqualTo("delivery-limit");
  }

  @Test
  void crashLoopWithoutADeadLetterQueueIsNeverDroppedAndToldOnce() {
    queue.add(message("m"), 4, 0);
    Receiver r = broker.consumer("q").maxDeliveries(5).receiver();
    for (int i = 0; i < 6; i++) {
      r.receive(ofSeconds(5)).release();
    }
    assertThat(broker.events(BrokerEvent.Type.KEEPS_FAILING)).hasSize(1);
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
