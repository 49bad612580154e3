package dev.mq.rabbit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mq.api.Broker;
import dev.mq.api.BrokerEvent;
import dev.mq.api.ErrorCode;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.MqException;
import dev.mq.api.Producer;
import dev.mq.api.QueueSpec;
import dev.mq.api.Topology;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Losing the connection, getting it back, and not getting it at all. */
final class RabbitReconnectIT extends RabbitFixture {
  @TempDir private Path directory;

  private static void sendUntilTaken(Producer producer, String body) {
    await()
        .atMost(LONG)
        .until(() -> failure(producer.sendAsync(text(body)).toCompletableFuture()) == null);
  }

  @Test
  void tellsOneLossAndOneRecoveryForAllConnections() throws Exception {
    try (CutProxy proxy = new CutProxy(rabbit.amqpPort())) {
      Broker broker = open(through(proxy));
      declareQueue(broker);
      Queue<String> got = new ConcurrentLinkedQueue<>();
      broker.queue(name).consumer().start((body, d) -> got.add(d.message().text()));
      Producer producer = broker.queue(name).producer().open();
      producer.send(text("before"));
      await().atMost(LONG).until(() -> got.contains("before"));
      proxy.refuse(true);
      proxy.cut();
      await().atMost(LONG).until(() -> events(BrokerEvent.Type.CONNECTION_LOST) == 1);
      assertThat(broker.health().detail()).isNotEmpty();
      MqException down = failure(producer.sendAsync(text("down")).toCompletableFuture());
      assertThat(down.code()).isEqualTo(ErrorCode.UNAVAILABLE);
      assertThat(down.isDefinite()).isTrue();
      proxy.refuse(false);
      await().atMost(LONG).until(() -> events(BrokerEvent.Type.CONNECTION_RECOVERED) == 1);
      sendUntilTaken(producer, "after");
      await().atMost(LONG).until(() -> got.contains("after"));
      assertThat(broker.health().detail()).isEmpty();
      assertThat(events(BrokerEvent.Type.CONNECTION_LOST)).isEqualTo(1);
      assertThat(got).doesNotContain("down");
    }
  }

  @Test
  void losesNothingConfirmedWhileConnectionsAreCutAgainAndAgain() throws Exception {
    try (CutProxy proxy = new CutProxy(rabbit.amqpPort())) {
      Broker broker = open(through(proxy));
      declareQueue(broker);
      Set<String> got = ConcurrentHashMap.newKeySet();
      broker.queue(name).consumer().concurrency(4).start((body, d) -> got.add(d.message().text()));
      Producer producer = broker.queue(name).producer().open();
      Set<String> confirmed = ConcurrentHashMap.newKeySet();
      Set<String> failed = ConcurrentHashMap.newKeySet();
      for (int i = 0; i < 3_000; i++) {
        String body = "m" + i;
        producer.send(
            text(body),
            (receipt, e) -> {
              if (e == null) {
                confirmed.add(body);
              } else if (e.isDefinite()) {
                failed.add(body);
              }
            });
        if (i % 100 == 99) {
          producer.flush();
        }
        if (i % 500 == 250) {
          proxy.cut();
        }
        if (i % 500 == 251) {
          sendUntilTaken(producer, "again" + i);
        }
      }
      producer.flush();
      await().atMost(LONG).until(() -> got.containsAll(confirmed));
      assertThat(confirmed).hasSizeGreaterThan(1_000);
      assertThat(failed).noneMatch(got::contains);
    }
  }

  @Test
  void consumesAgainAfterTheBrokerWasKilled() {
    Broker broker = open();
    declareQueue(broker);
    Queue<String> got = new ConcurrentLinkedQueue<>();
    broker.queue(name).consumer().start((body, d) -> got.add(d.message().text()));
    Producer producer = broker.queue(name).producer().deliveryTimeout(Duration.ofSeconds(5)).open();
    producer.send(text("before"));
    await().atMost(LONG).until(() -> got.contains("before"));
    rabbit.restart();
    sendUntilTaken(producer, "after stop");
    await().atMost(LONG).until(() -> got.contains("after stop"));
    rabbit.kill();
    rabbit.start();
    sendUntilTaken(producer, "after kill");
    await().atMost(LONG).until(() -> got.contains("after kill"));
    await().atMost(LONG).until(() -> events(BrokerEvent.Type.CONNECTION_RECOVERED) == 2);
    assertThat(events(BrokerEvent.Type.CONNECTION_LOST)).isEqualTo(2);
  }

  @Test
  void makesExclusiveQueuesAndTheirBindingsAgain() throws Exception {
    try (CutProxy proxy = new CutProxy(rabbit.amqpPort())) {
      Broker broker = open(through(proxy));
      broker.declare(
          Topology.builder()
              .exchange(ExchangeSpec.fanout(name))
              .queue(QueueSpec.builder(name).exclusive().build())
              .bindQueue(name, "", name)
              .build());
      Queue<String> got = new ConcurrentLinkedQueue<>();
      broker.queue(name).consumer().start((body, d) -> got.add(d.message().text()));
      Producer producer = broker.exchange(name).producer().open();
      producer.send(text("before"));
      await().atMost(LONG).until(() -> got.contains("before"));
      proxy.cut();
      sendUntilTaken(producer, "after");
      await().atMost(LONG).until(() -> got.contains("after"));
    }
  }

  @Test
  void endsAConsumerWhoseQueueWasDeleted() {
    Broker broker = open();
    declareQueue(broker);
    var consumer = broker.queue(name).consumer().start((body, d) -> {});
    broker.queue(name).delete();
    assertThatThrownBy(() -> consumer.terminated().toCompletableFuture().get())
        .hasCauseInstanceOf(dev.mq.api.NotFoundException.class);
  }

  @Test
  void refusesWrongCredentialsAtOnceAndReadsThemAgainAtEachReconnect() throws Exception {
    assertThatThrownBy(
            () ->
                open(
                    config()
                        .set("mq.auth.username", "guest")
                        .set("mq.auth.password", "canary-secret")))
        .isInstanceOfSatisfying(
            MqException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.AUTHENTICATION);
              assertThat(e.isDefinite()).isTrue();
              assertThat(e.isRetryable()).isFalse();
              assertThat(e).hasMessageNotContaining("canary");
            });
    Path secret = Files.writeString(directory.resolve("password"), "guest");
    try (CutProxy proxy = new CutProxy(rabbit.amqpPort())) {
      Broker broker =
          open(
              through(proxy)
                  .set("mq.auth.username", "guest")
                  .set("mq.auth.password", "${file:" + secret + "}")
                  .set("mq.rabbit.recovery-max", "500ms"));
      Object unused = Files.writeString(secret, "wrong");
      proxy.cut();
      await().atMost(LONG).until(() -> broker.health().detail().contains("refused"));
      unused = Files.writeString(secret, "guest");
      await().atMost(LONG).until(() -> broker.health().detail().isEmpty());
    }
  }

  @Test
  void opensOnTheFirstAddressThatAnswersAndFailsDefinitelyOnNone() throws Exception {
    int nobody;
    try (ServerSocket s = new ServerSocket(0)) {
      nobody = s.getLocalPort();
    }
    String dead = "amqp://guest:guest@127.0.0.1:" + nobody;
    Broker broker = open(config().set("mq.rabbit.uris", dead + "," + rabbit.amqpUri()));
    assertThat(broker.health().detail()).isEmpty();
    assertThatThrownBy(() -> open(config().set("mq.rabbit.uris", dead)))
        .isInstanceOfSatisfying(
            MqException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
              assertThat(e.isDefinite()).isTrue();
            });
    assertThatThrownBy(() -> open(config().set("mq.rabbit.uris", rabbit.amqpUri() + "/no-such")))
        .isInstanceOfSatisfying(
            MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG));
    assertThatThrownBy(
            () -> open(config().set("mq.rabbit.native.connection.recovery.enabled", "true")))
        .hasMessageContaining("recovered here");
  }

  @Test
  void failsToOpenInTimeWhereNothingAnswers() throws Exception {
    try (ServerSocket silent = new ServerSocket(0)) {
      String uri = "amqp://guest:guest@127.0.0.1:" + silent.getLocalPort();
      long t0 = System.nanoTime();
      assertThatThrownBy(
              () ->
                  open(
                      config()
                          .set("mq.rabbit.uris", uri)
                          .set("mq.rabbit.connect-timeout", "500ms")))
          .isInstanceOfSatisfying(
              MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
      assertThat(millisSince(t0)).isLessThan(5_000);
    }
  }

  @Test
  void closesInTimeWhenTheBrokerIsGoneOrFrozen() {
    Broker frozen = open();
    declareQueue(frozen);
    Producer producer = frozen.queue(name).producer().open();
    producer.send(text("m"));
    frozen.queue(name).consumer().start((body, d) -> {});
    Broker gone = open();
    gone.queue(name).consumer().start((body, d) -> {});
    rabbit.pause();
    long t0 = System.nanoTime();
    boolean unused = frozen.close(Duration.ofSeconds(1));
    assertThat(millisSince(t0)).as("frozen").isLessThan(10_000);
    rabbit.resume();
    rabbit.kill();
    t0 = System.nanoTime();
    unused = gone.close(Duration.ofSeconds(1));
    assertThat(millisSince(t0)).as("gone").isLessThan(10_000);
  }
}
