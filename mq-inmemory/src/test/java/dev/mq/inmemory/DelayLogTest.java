package dev.mq.inmemory;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.Broker;
import dev.mq.api.BrokerEvent;
import dev.mq.api.Consumer;
import dev.mq.api.Delivery;
import dev.mq.api.ErrorCode;
import dev.mq.api.LogSpec;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Producer;
import dev.mq.api.QueueSpec;
import dev.mq.api.Receiver;
import dev.mq.api.Retry;
import dev.mq.api.SettleResult;
import dev.mq.api.Topology;
import dev.mq.inmemory.internal.log.MemoryLog;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Retries with a delay on a system that delays none, through the whole runtime. */
@Timeout(120)
class DelayLogTest extends DelayLogs {
  @Test
  void aWaitingRetryLeavesItsPlaceInThePrefetchAndComesExactlyWhenItIsDue() {
    List<Delivery> seen = new CopyOnWriteArrayList<>();
    Consumer c =
        a.queue("q")
            .consumer()
            .prefetch(1)
            .start(
                (Delivery d) -> {
                  seen.add(d);
                  if (d.message().id().equals("slow") && d.failures() == 0) {
                    d.nack(ofSeconds(30));
                  }
                });
    send("slow", "other");
    until(() -> seen.size() == 2 && put() == 1);
    assertThat(seen.get(0).settled().toCompletableFuture().join()).isEqualTo(SettleResult.SETTLED);
    advance(ofSeconds(30).minusMillis(1));
    send("sentinel");
    until(() -> seen.size() == 3);
    assertThat(seen).extracting(d -> d.message().id()).containsExactly("slow", "other", "sentinel");
    advance(ofMillis(1));
    until(() -> seen.size() == 4);
    Delivery again = seen.get(3);
    assertThat(again.message().id()).isEqualTo("slow");
    assertThat(again.failures()).isEqualTo(1);
    assertThat(again.attempt()).isEqualTo(2);
    assertThat(again.redelivered()).isTrue();
    assertThat(again.message().text()).isEqualTo("slow");
    assertThat(again.message().key()).isEqualTo("k");
    assertThat(again.message().headers().value("h")).isEqualTo(7L);
    assertThat(again.message().headers().names()).noneMatch(n -> n.startsWith("mq-delay"));
    assertThat(c.close(ofSeconds(5))).isTrue();
    awaitAllMoved();
    assertThat(inQueue("q")).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 20})
  void failuresAreExactOverManyWaits(int limit) {
    List<Integer> failures = new CopyOnWriteArrayList<>();
    List<Integer> attempts = new CopyOnWriteArrayList<>();
    a.queue("q")
        .consumer()
        .prefetch(1)
        .retry(Retry.backoff(ofSeconds(1), ofMinutes(2)).maxAttempts(limit).deadLetter("dead"))
        .start(
            (Delivery d) -> {
              failures.add(d.failures());
              attempts.add(d.attempt());
              throw new IllegalStateException("no");
            });
    send("m");
    for (int i = 1; i < limit; i++) {
      int n = i;
      until(() -> put() == n && waiting() == 1);
      Duration wait = Retry.backoff(ofSeconds(1), ofMinutes(2)).delayAfter(i);
      advance(wait.minusMillis(1));
      assertThat(failures).hasSize(i);
      advance(ofMillis(1));
      until(() -> failures.size() == n + 1);
    }
    until(() -> inQueue("dead") == 1);
    assertThat(failures).hasSize(limit);
    for (int i = 0; i < limit; i++) {
      assertThat(failures.get(i)).isEqualTo(i);
      assertThat(attempts.get(i)).isEqualTo(i + 1);
    }
    Message letter = engine.queue("dead").messages().get(0);
    assertThat(letter.id()).isEqualTo("m");
    assertThat(letter.headers().text("mq-dead-reason")).isEqualTo("max-attempts");
    assertThat(letter.headers().value("mq-failures")).isEqualTo((long) limit);
    assertThat(letter.headers().names()).noneMatch(n -> n.startsWith("mq-delay"));
    until(() -> inQueue("q") == 0);
    until(() -> count(BrokerEvent.Type.DEAD_LETTERED) == 1);
  }

  @Test
  void timeToLiveGoesOnDuringTheWait() {
    try (Producer p = a.queue("q").producer().open()) {
      p.send(Message.builder().id("m").timeToLive(ofSeconds(10)).build());
    }
    AtomicInteger calls = new AtomicInteger();
    a.queue("q")
        .consumer()
        .retry(Retry.backoff(ofSeconds(6), ofSeconds(6)).deadLetter("dead"))
        .start(
            (Delivery d) -> {
              calls.incrementAndGet();
              d.nack();
            });
    until(() -> put() == 1);
    advance(ofSeconds(6));
    until(() -> put() == 2);
    advance(ofSeconds(6));
    until(() -> inQueue("dead") == 1);
    assertThat(calls).hasValue(2);
    assertThat(engine.queue("dead").messages().get(0).headers().text("mq-dead-reason"))
        .isEqualTo("expired");
  }

  @Test
  void aMessageWhoseQueueWasDeletedIsDroppedWithOneEvent() {
    Receiver r = a.queue("q").consumer().receiver();
    send("m");
    r.receive(ofSeconds(5)).nack(ofSeconds(20));
    until(() -> put() == 1 && inQueue("q") == 0);
    a.queue("q").delete();
    advance(ofSeconds(20));
    until(() -> count(BrokerEvent.Type.DROPPED) == 1);
    assertThat(events.stream().filter(e -> e.type() == BrokerEvent.Type.DROPPED))
        .allMatch(e -> e.text().contains("message m") && e.text().contains("'q'"));
    awaitAllMoved();
  }

  @Test
  void aMissingDeadLetterQueueNeitherLosesNorBlocks() {
    List<String> calls = new CopyOnWriteArrayList<>();
    a.queue("q")
        .consumer()
        .prefetch(1)
        .retry(Retry.backoff(ofSeconds(1), ofSeconds(1)).maxAttempts(2).deadLetter("dead"))
        .start(
            (Delivery d) -> {
              calls.add(d.message().id());
              if (d.message().id().equals("m")) {
                throw new IllegalStateException();
              }
            });
    a.queue("dead").delete();
    send("m");
    until(() -> put() == 1);
    advance(ofSeconds(1));
    until(() -> count(BrokerEvent.Type.DEAD_LETTER_FAILED) == 1);
    send("other");
    until(() -> calls.contains("other"));
    a.declare(Topology.builder().queue(QueueSpec.of("dead")).build());
    until(
        () -> {
          advance(ofSeconds(10));
          return inQueue("dead") == 1;
        });
    assertThat(calls).containsExactly("m", "m", "other");
    assertThat(engine.queue("dead").messages().get(0).headers().value("mq-failures")).isEqualTo(2L);
    awaitAllMoved();
    until(() -> inQueue("q") == 0);
  }

  @Test
  void aRetryThatCannotBePutOffComesBackAndIsNotLost() {
    List<Integer> failures = new CopyOnWriteArrayList<>();
    a.queue("q")
        .consumer()
        .retry(Retry.backoff(ofSeconds(1), ofSeconds(1)))
        .start(
            (Delivery d) -> {
              failures.add(d.failures());
              if (failures.size() < 3) {
                throw new IllegalStateException();
              }
            });
    engine.faults(1).failPublish(LOG).onSend(1);
    send("m");
    until(
        () -> {
          advance(ofMillis(500));
          return failures.size() == 3 && inQueue("q") == 0;
        });
    assertThat(failures).containsExactly(0, 0, 1);
    engine.assertAllFaultsFired();
  }

  @Test
  void aLongDelayIsPutInAgainEveryDay() {
    AtomicInteger calls = new AtomicInteger();
    a.queue("q")
        .consumer()
        .start(
            (Delivery d) -> {
              if (calls.incrementAndGet() == 1) {
                d.nack(ofDays(3).plusHours(1));
              }
            });
    send("m");
    for (int day = 1; day <= 3; day++) {
      int n = day;
      until(() -> put() == n && waiting() == 1);
      advance(ofDays(1));
    }
    until(() -> put() == 4 && waiting() == 1);
    advance(ofHours(1).minusMillis(1));
    assertThat(calls).hasValue(1);
    advance(ofMillis(1));
    until(() -> calls.get() == 2);
  }

  @Test
  void whatOneQueueCountedDoesNotMatterInAnother() {
    Receiver dead = a.queue("dead").consumer().receiver();
    send("m");
    Receiver r = a.queue("q").consumer().receiver();
    r.receive(ofSeconds(5)).nack(Duration.ZERO);
    Message copy = r.receive(ofSeconds(5)).message();
    assertThat(copy.headers().text("mq-failures-queue")).isEqualTo("q");
    // As a broker would that dead-letters by itself.
    try (Producer p = a.queue("dead").producer().open()) {
      assertThatThrownBy(() -> p.send(copy)).isInstanceOf(MqException.class);
      p.send(copy.toBuilder().removeReservedHeaders().build());
    }
    Delivery d = dead.receive(ofSeconds(5));
    assertThat(d.failures()).isZero();
    assertThat(d.attempt()).isEqualTo(1);
    assertThat(d.redelivered()).isFalse();
  }

  @Test
  void redrivenMessagesStartAgain() {
    List<Integer> failures = new CopyOnWriteArrayList<>();
    a.queue("q")
        .consumer()
        .retry(Retry.backoff(ofSeconds(1), ofSeconds(1)).maxAttempts(2).deadLetter("dead"))
        .start(
            (Delivery d) -> {
              failures.add(d.failures());
              if (failures.size() < 3) {
                throw new IllegalStateException();
              }
            });
    send("m");
    until(() -> put() == 1);
    advance(ofSeconds(1));
    until(() -> inQueue("dead") == 1);
    assertThat(a.queue("dead").redrive(10)).isEqualTo(1);
    until(() -> failures.size() == 3);
    assertThat(failures).containsExactly(0, 1, 0);
    until(() -> inQueue("q") == 0 && inQueue("dead") == 0);
  }

  @Test
  void withoutLogsARetryWaitsInItsConsumer() {
    Broker b = PlainBackend.open(engine, "b", false, events::add);
    brokers.add(b);
    List<String> calls = new CopyOnWriteArrayList<>();
    b.queue("q")
        .consumer()
        .prefetch(1)
        .start(
            (Delivery d) -> {
              calls.add(d.message().id() + d.failures());
              if (d.failures() == 0 && d.message().id().equals("m")) {
                d.nack(ofSeconds(5));
              }
            });
    send("m", "other");
    until(() -> calls.size() == 1);
    until(
        () -> {
          advance(ofSeconds(5));
          return calls.size() == 3;
        });
    assertThat(calls.get(0)).isEqualTo("m0");
    assertThat(engine.internal().log(LOG)).isEmpty();
  }

  @Test
  void shortWaitsDoNotTouchTheLog() {
    AtomicInteger calls = new AtomicInteger();
    a.queue("q")
        .consumer()
        .retry(Retry.backoff(ofMillis(10), ofMillis(99)))
        .start(
            (Delivery d) -> {
              if (calls.incrementAndGet() < 10) {
                throw new IllegalStateException();
              }
            });
    send("m");
    until(
        () -> {
          advance(ofMillis(99));
          return calls.get() == 10;
        });
    assertThat(engine.internal().log(LOG).map(MemoryLog::spec)).isEmpty();
  }

  @Test
  void programsCannotUseTheLog() {
    assertThatThrownBy(() -> a.log(LOG))
        .isInstanceOfSatisfying(
            MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    assertThatThrownBy(() -> Topology.builder().log(LogSpec.of(LOG, 8)))
        .isInstanceOfSatisfying(
            MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    assertThatThrownBy(() -> a.destination("log:" + LOG)).isInstanceOf(MqException.class);
  }
}
