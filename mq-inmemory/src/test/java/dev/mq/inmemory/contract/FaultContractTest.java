package dev.mq.inmemory.contract;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.Broker;
import dev.mq.api.Consumer;
import dev.mq.api.Delivery;
import dev.mq.api.ErrorCode;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.GroupConsumer;
import dev.mq.api.Health;
import dev.mq.api.LogSpec;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.OutcomeUnknownException;
import dev.mq.api.Producer;
import dev.mq.api.QueueSpec;
import dev.mq.api.Receipt;
import dev.mq.api.Receiver;
import dev.mq.api.Retry;
import dev.mq.api.SettleResult;
import dev.mq.api.Topology;
import dev.mq.inmemory.InMemoryEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the contract promises when clients die, views are late and answers are lost. */
@Timeout(60)
class FaultContractTest {
  private final InMemoryEngine engine = InMemoryEngine.create();
  private final Broker a = Broker.open(engine.config("a"));
  private final Broker b = Broker.open(engine.config("b"));

  @AfterEach
  void close() {
    a.close();
    b.close();
    engine.close();
  }

  private static Message message(String key, String body) {
    return Message.builder().routingKey(key).body(body).build();
  }

  private static MqException failure(CompletionStage<?> stage) {
    return stage
        .handle((ok, e) -> MqException.of(e))
        .toCompletableFuture()
        .orTimeout(10, TimeUnit.SECONDS)
        .join();
  }

  @Test
  void aPublishWaitsForALateViewInsteadOfLosingAConfirmedBinding() throws Exception {
    a.declare(
        Topology.builder().exchange(ExchangeSpec.direct("x")).queue(QueueSpec.of("q")).build());
    try (Producer p = b.exchange("x").producer().open()) {
      engine.faults(1).lateTopology("b", ofSeconds(3));
      a.exchange("x").bind("k", a.queue("q"));
      CompletionStage<Receipt> first = p.sendAsync(message("k", "1"));
      CompletionStage<Receipt> second = p.sendAsync(message("k", "2"));
      assertThat(first.toCompletableFuture()).isNotDone();
      assertThat(p.inFlight()).isEqualTo(2);
      engine.clock().advance(ofSeconds(3));
      first.toCompletableFuture().get(10, TimeUnit.SECONDS);
      second.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
    assertThat(engine.queue("q").messages()).extracting(Message::text).containsExactly("1", "2");
  }

  @Test
  void aSendThatWaitsForTheViewForTooLongFailsDefinitely() {
    a.declare(
        Topology.builder().exchange(ExchangeSpec.direct("x")).queue(QueueSpec.of("q")).build());
    try (Producer p = b.exchange("x").producer().deliveryTimeout(ofSeconds(5)).open()) {
      engine.faults(1).lateTopology("b", ofMinutes(1));
      a.exchange("x").bind("k", a.queue("q"));
      CompletionStage<Receipt> sent = p.sendAsync(message("k", "1"));
      engine.clock().advance(ofSeconds(6));
      assertThat(failure(sent).isDefinite()).isTrue();
      engine.clock().advance(ofMinutes(2));
      assertThat(p.inFlight()).isZero();
    }
    assertThat(engine.queue("q").messages()).isEmpty();
  }

  @Test
  void aFanOutWithOneLostAnswerIsPartialAndSentAgainReachesEveryQueue() {
    a.declare(
        Topology.builder()
            .exchange(ExchangeSpec.fanout("x"))
            .queue(QueueSpec.of("q1"))
            .queue(QueueSpec.of("q2"))
            .bindQueue("x", "", "q1")
            .bindQueue("x", "", "q2")
            .build());
    Message m = Message.builder().id("m-1").body("m").build();
    try (Producer p = a.exchange("x").producer().open()) {
      engine.faults(7).loseConfirm("q2").onSend(1);
      assertThatThrownBy(() -> p.send(m))
          .isInstanceOfSatisfying(MqException.class, e -> assertThat(e.isDefinite()).isFalse());
      p.send(m);
    }
    assertThat(engine.queue("q1").messages()).extracting(Message::id).contains("m-1");
    assertThat(engine.queue("q2").messages()).extracting(Message::id).contains("m-1");
  }

  @Test
  void aKilledClientsMessagesComeAgainFlaggedAndItsLateSettlementsDoNothing() {
    a.declare(Topology.builder().queue(QueueSpec.of("q")).build());
    try (Producer p = a.queue("q").producer().open()) {
      for (int i = 0; i < 10; i++) {
        p.send(message("", "m" + i));
      }
    }
    Receiver doomed = b.queue("q").consumer().receiver();
    List<Delivery> held = doomed.receiveBatch(10, ofSeconds(5));
    assertThat(held).hasSize(10);
    held.get(0).ack();
    assertThat(held.get(0).settled().toCompletableFuture().join()).isEqualTo(SettleResult.SETTLED);
    engine.kill("b");
    held.get(1).ack();
    assertThat(held.get(1).settled().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join())
        .isNotEqualTo(SettleResult.SETTLED);
    try (Receiver heir = a.queue("q").consumer().receiver()) {
      List<Delivery> again = new ArrayList<>();
      Awaitility.await()
          .until(
              () -> {
                again.addAll(heir.receiveBatch(10, ofMillis(50)));
                return again.size() >= 9;
              });
      assertThat(again).hasSize(9).allMatch(Delivery::redelivered).allMatch(d -> d.failures() == 0);
      again.forEach(Delivery::ack);
    }
    assertThat(b.health().status()).isEqualTo(Health.Status.DOWN);
    assertThat(a.health().status()).isEqualTo(Health.Status.UP);
  }

  @Test
  void aKilledGroupMembersPartitionsGoToTheOthersAndNothingIsLost() {
    a.declare(Topology.builder().log(LogSpec.of("l", 4)).build());
    Set<String> seen = ConcurrentHashMap.newKeySet();
    GroupConsumer doomed =
        b.log("l").group("g").start(r -> seen.add(r.partition() + "/" + r.offset()));
    try (GroupConsumer heir =
            a.log("l").group("g").start(r -> seen.add(r.partition() + "/" + r.offset()));
        Producer p = a.log("l").producer().open()) {
      Awaitility.await().until(() -> doomed.assigned().size() == 2 && heir.assigned().size() == 2);
      for (int i = 0; i < 100; i++) {
        p.send(Message.builder().key("k" + i).body("" + i).build());
      }
      engine.kill("b");
      for (int i = 100; i < 200; i++) {
        p.send(Message.builder().key("k" + i).body("" + i).build());
      }
      Awaitility.await().until(() -> seen.size() == 200 && heir.assigned().size() == 4);
    }
    assertThat(a.log("l").lag("g").total()).isZero();
  }

  @Test
  void aLostConfirmIsUnknownNeverFailed() {
    a.declare(Topology.builder().queue(QueueSpec.of("q")).build());
    engine.faults(3).loseConfirm("q").onSend(2);
    try (Producer p = a.queue("q").producer().open()) {
      p.send(message("", "1"));
      assertThatThrownBy(() -> p.send(message("", "2")))
          .isInstanceOf(OutcomeUnknownException.class)
          .hasMessageContaining("queue:q");
      p.send(message("", "3"));
    }
    assertThat(engine.queue("q").messages())
        .extracting(Message::text)
        .containsExactly("1", "2", "3");
    engine.assertAllFaultsFired();
  }

  @Test
  void anExpiredMessageIsDeadLetteredAndTheOthersAreNot() {
    a.declare(
        Topology.builder()
            .queue(QueueSpec.builder("q").timeToLive(ofMinutes(1)).build())
            .queue(QueueSpec.of("dead"))
            .build());
    List<String> handled = new java.util.concurrent.CopyOnWriteArrayList<>();
    try (Producer p = a.queue("q").producer().open()) {
      p.send(message("", "old"));
      p.send(Message.builder().body("short").timeToLive(ofSeconds(1)).build());
      engine.clock().advance(ofSeconds(30));
      p.send(message("", "young"));
      engine.clock().advance(ofSeconds(45));
      try (Consumer c =
          b.queue("q")
              .consumer()
              .retry(Retry.defaults().deadLetter("dead"))
              .start(d -> handled.add(d.message().text()))) {
        engine.awaitIdle(ofSeconds(10));
        assertThat(c.isPaused()).isFalse();
      }
    }
    assertThat(handled).containsExactly("young");
    assertThat(engine.queue("dead").messages())
        .extracting(m -> m.text() + " " + m.headers().text("mq-dead-reason"))
        .containsExactlyInAnyOrder("old expired", "short expired");
  }

  @Test
  void publishesRacingCloseAllCompleteAndWhatIsOkIsThere() throws Exception {
    a.declare(Topology.builder().queue(QueueSpec.of("q")).build());
    AtomicInteger ok = new AtomicInteger();
    for (int round = 0; round < 50; round++) {
      Producer p = a.queue("q").producer().open();
      List<CompletableFuture<Void>> senders = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        senders.add(
            CompletableFuture.runAsync(
                () -> {
                  for (int i = 0; i < 200; i++) {
                    try {
                      p.send(message("", "m"));
                      ok.incrementAndGet();
                    } catch (MqException e) {
                      assertThat(e.code()).isEqualTo(ErrorCode.CLOSED);
                      return;
                    }
                  }
                }));
      }
      p.close();
      for (CompletableFuture<Void> s : senders) {
        s.get(10, TimeUnit.SECONDS);
      }
    }
    assertThat(engine.queue("q").depth()).isEqualTo(ok.get());
  }

  @Test
  void aHandlerThatStillRunsMayPublishWhileItsBrokerCloses() throws Exception {
    a.declare(Topology.builder().queue(QueueSpec.of("in")).queue(QueueSpec.of("out")).build());
    CompletableFuture<Boolean> started = new CompletableFuture<>();
    CompletableFuture<Boolean> closing = new CompletableFuture<>();
    Producer out = b.queue("out").producer().open();
    Consumer c =
        b.queue("in")
            .consumer()
            .start(
                d -> {
                  started.complete(true);
                  closing.get(10, TimeUnit.SECONDS);
                  out.send(message("", "done"));
                });
    try (Producer p = a.queue("in").producer().open()) {
      p.send(message("", "job"));
    }
    started.get(10, TimeUnit.SECONDS);
    CompletableFuture<Void> closed = CompletableFuture.runAsync(b::close);
    Awaitility.await().until(() -> b.health().status() == Health.Status.DOWN);
    closing.complete(true);
    closed.get(10, TimeUnit.SECONDS);
    assertThat(c.terminated().toCompletableFuture()).succeedsWithin(ofSeconds(10));
    assertThat(engine.queue("out").messages()).extracting(Message::text).containsExactly("done");
    assertThat(engine.queue("in").depth()).isZero();
  }

  @Test
  void aTemporaryQueueThatWentIsBoundToNothingAnyMore() {
    a.declare(
        Topology.builder()
            .exchange(ExchangeSpec.fanout("x"))
            .queue(QueueSpec.of("stays"))
            .queue(QueueSpec.builder("goes").temporary().build())
            .bindQueue("x", "", "stays")
            .bindQueue("x", "", "goes")
            .build());
    try (Producer p = a.exchange("x").producer().open()) {
      p.send(message("", "1"));
      b.queue("goes").consumer().start(d -> {}).close();
      p.send(message("", "2"));
      p.send(message("", "3"));
    }
    assertThat(engine.queue("stays").depth()).isEqualTo(3);
    a.declare(Topology.builder().queue(QueueSpec.builder("goes").temporary().build()).build());
    assertThat(b.queue("goes").depth()).isZero();
  }

  @Test
  @Timeout(20)
  void aKilledProgramIsToldAtOnceWhateverItAsksForAndOthersNoticeNothing() {
    a.declare(
        Topology.builder().exchange(ExchangeSpec.direct("x")).queue(QueueSpec.of("q")).build());
    Producer own = b.exchange("x").producer().open();
    engine.kill("b");
    List<ThrowingCallable> asked =
        List.of(
            () -> b.declare(Topology.builder().queue(QueueSpec.of("new")).build()),
            () -> b.exchange("x").bind("k", b.queue("q")),
            () -> b.queue("q").delete(),
            () -> b.queue("q").depth(),
            () -> b.queue("q").consumer().receiver(),
            () -> b.queue("q").producer().open(),
            () -> own.send(message("k", "1")));
    for (ThrowingCallable use : asked) {
      assertThatThrownBy(use)
          .isInstanceOfSatisfying(
              MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
          .hasMessageContaining("killed");
    }
    a.exchange("x").bind("k", a.queue("q"));
    try (Producer p = a.exchange("x").producer().open();
        Receiver r = a.queue("q").consumer().receiver()) {
      p.send(message("k", "1"));
      assertThat(r.receive(ofSeconds(10))).isNotNull();
    }
  }
}
