package dev.mq.inmemory.patterns;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mq.api.Bridge;
import dev.mq.api.Broker;
import dev.mq.api.BrokerEvent;
import dev.mq.api.ConfigException;
import dev.mq.api.ErrorCode;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.LogRecord;
import dev.mq.api.LogSpec;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Producer;
import dev.mq.api.QueueSpec;
import dev.mq.api.Topology;
import dev.mq.inmemory.InMemoryEngine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two engines: what a bridge moves between two brokers, with faults on both sides. */
@Timeout(60)
class BridgeTest {
  private final InMemoryEngine here = InMemoryEngine.create();
  private final InMemoryEngine there = InMemoryEngine.create();
  private final List<BrokerEvent> events = new CopyOnWriteArrayList<>();
  private final Broker source = Broker.open(here.config());
  private final Broker target =
      Broker.open(there.config().toBuilder().listener(events::add).build());

  @BeforeEach
  void declare() {
    source.declare(
        Topology.builder()
            .log(LogSpec.builder("events").partitions(4).build())
            .queue(QueueSpec.of("in"))
            .build());
    target.declare(
        Topology.builder()
            .exchange(ExchangeSpec.topic("tasks"))
            .queue(QueueSpec.of("out"))
            .queue(QueueSpec.of("dead"))
            .bindQueue("tasks", "task.#", "out")
            .log(LogSpec.builder("copy").partitions(4).build())
            .build());
  }

  @AfterEach
  void close() {
    source.close();
    target.close();
    here.close();
    there.close();
  }

  private static Message message(int i) {
    return Message.builder()
        .id("m" + i)
        .key("k" + i % 7)
        .routingKey("task." + i)
        .header("n", i)
        .body("b" + i)
        .build();
  }

  private void append(int count) {
    try (Producer p = source.log("events").producer().open()) {
      for (int i = 0; i < count; i++) {
        p.send(message(i));
      }
    }
  }

  private void awaitMoved(Bridge bridge, long count) {
    await()
        .until(
            () -> {
              here.clock().advance(ofSeconds(1));
              return bridge.moved() >= count;
            });
  }

  @Test
  void aLogReachesAnExchangeOfAnotherBrokerWithIdsKeysHeadersAndOrder() {
    append(300);
    try (Bridge bridge =
        Bridge.from(source.log("events").group("g")).to(target.exchange("tasks")).start()) {
      awaitMoved(bridge, 300);
    }
    List<Message> out = there.queue("out").messages();
    assertThat(out).hasSize(300);
    Map<String, Integer> last = new HashMap<>();
    for (Message m : out) {
      int i = Integer.parseInt(m.id().substring(1));
      assertThat(m.text()).isEqualTo("b" + i);
      assertThat(m.key()).isEqualTo("k" + i % 7);
      assertThat(m.routingKey()).isEqualTo("task." + i);
      assertThat(m.headers().value("n")).isEqualTo((long) i);
      assertThat(last.merge(m.key(), i, (before, now) -> before < now ? now : -1)).isEqualTo(i);
    }
    assertThat(source.log("events").lag("g").offsets().values()).allMatch(lag -> lag == 0);
  }

  @Test
  void whatTheDestinationDidNotConfirmIsSentAgainWithTheSameIdAndNothingIsLost() {
    there
        .faults(7)
        .failPublish("exchange:tasks")
        .withProbability(0.05)
        .loseConfirm("exchange:tasks")
        .withProbability(0.05);
    append(300);
    Set<String> expected = new HashSet<>();
    for (int i = 0; i < 300; i++) {
      expected.add("m" + i);
    }
    try (Bridge bridge =
        Bridge.from(source.log("events").group("g"))
            .to(target.exchange("tasks"))
            .batch(1)
            .start()) {
      await()
          .until(
              () -> {
                here.clock().advance(ofSeconds(1));
                return source.log("events").lag("g").offsets().values().stream()
                        .mapToLong(Long::longValue)
                        .sum()
                    == 0;
              });
      assertThat(bridge.terminated().toCompletableFuture()).isNotDone();
    }
    Map<String, List<Integer>> firsts = new HashMap<>();
    Set<String> seen = new HashSet<>();
    for (Message m : there.queue("out").messages()) {
      if (seen.add(m.id())) {
        firsts
            .computeIfAbsent(m.key(), k -> new ArrayList<>())
            .add(Integer.parseInt(m.id().substring(1)));
      }
    }
    assertThat(seen).isEqualTo(expected);
    assertThat(firsts.values()).allSatisfy(order -> assertThat(order).isSorted());
    there.assertAllFaultsFired();
  }

  @Test
  void aMessageThatCanNeverBePublishedEndsTheBridgeAndStaysAtItsSource() {
    try (Producer p = source.queue("in").producer().open()) {
      p.send(Message.builder().routingKey("nobody").id("lost").build());
    }
    Bridge bridge = Bridge.from(source.queue("in").consumer()).to(target.exchange("tasks")).start();
    await().until(() -> bridge.terminated().toCompletableFuture().isDone());
    assertThatThrownBy(() -> bridge.terminated().toCompletableFuture().join())
        .cause()
        .matches(e -> ((MqException) e).code() == ErrorCode.UNROUTABLE);
    bridge.close();
    assertThat(here.queue("in").messages()).extracting(Message::id).containsExactly("lost");
    await().until(() -> events.stream().anyMatch(e -> e.type() == BrokerEvent.Type.CONSUMER_ENDED));
  }

  @Test
  void suchAMessageIsSkippedOrDeadLetteredWhereThatWasAskedFor() {
    try (Producer p = source.queue("in").producer().open();
        Bridge skipping =
            Bridge.from(source.queue("in").consumer())
                .to(target.exchange("tasks"))
                .skipUnpublishable()
                .start()) {
      p.send(Message.builder().routingKey("nobody").build());
      p.send(message(1));
      awaitMoved(skipping, 1);
      here.awaitIdle(ofSeconds(10));
    }
    try (Producer p = source.queue("in").producer().open();
        Bridge burying =
            Bridge.from(source.queue("in").consumer())
                .to(target.exchange("tasks"))
                .deadLetter(target.queue("dead"))
                .start()) {
      p.send(Message.builder().routingKey("nobody").id("buried").build());
      p.send(message(2));
      awaitMoved(burying, 1);
      here.awaitIdle(ofSeconds(10));
    }
    assertThat(there.queue("out").messages()).extracting(Message::id).containsExactly("m1", "m2");
    assertThat(there.queue("dead").messages()).extracting(Message::id).containsExactly("buried");
    await()
        .until(
            () ->
                events.stream().map(BrokerEvent::type).toList().contains(BrokerEvent.Type.DROPPED));
  }

  @Test
  void aQueueReachesALogAndMessagesMayBeChangedOrLeftOut() {
    try (Producer p = source.queue("in").producer().open();
        Bridge bridge =
            Bridge.from(source.queue("in").consumer())
                .to(target.log("copy"))
                .transform(
                    m ->
                        m.id().equals("m3")
                            ? null
                            : m.toBuilder().header("bridged", true).key("one").build())
                .start()) {
      for (int i = 0; i < 10; i++) {
        p.send(message(i));
      }
      awaitMoved(bridge, 9);
      here.awaitIdle(ofSeconds(10));
    }
    List<String> ids = new ArrayList<>();
    for (LogRecord<byte[]> r : target.log("copy").reader().open()) {
      assertThat(r.message().headers().value("bridged")).isEqualTo(true);
      ids.add(r.message().id());
    }
    assertThat(ids).containsExactly("m0", "m1", "m2", "m4", "m5", "m6", "m7", "m8", "m9");
    assertThat(source.queue("in").depth()).isZero();
  }

  @Test
  void whatADeadBridgeHadInHandIsMovedByTheNextOne() {
    append(100);
    there.faults(3).delay("exchange:tasks", ofMinutes(10)).onSend(20);
    Broker dying = Broker.open(here.config("dying"));
    Bridge first =
        Bridge.from(dying.log("events").group("g"))
            .to(target.exchange("tasks").producer().deliveryTimeout(ofMinutes(20)))
            .batch(10)
            .start();
    await().until(() -> there.queue("out").messages().size() >= 20);
    here.kill("dying");
    try (Bridge second =
        Bridge.from(source.log("events").group("g")).to(target.exchange("tasks")).start()) {
      await()
          .until(
              () -> {
                here.clock().advance(ofSeconds(10));
                return source.log("events").lag("g").offsets().values().stream()
                    .allMatch(lag -> lag == 0);
              });
      assertThat(second.moved()).isPositive();
    }
    there.clock().advance(ofMinutes(20));
    first.close(ofSeconds(1));
    Set<String> ids = new HashSet<>();
    there.queue("out").messages().forEach(m -> ids.add(m.id()));
    assertThat(ids).hasSize(100);
    dying.close(ofSeconds(1));
  }

  @Test
  void aBridgeWithoutADestinationIsRefused() {
    assertThatThrownBy(() -> Bridge.from(source.log("events").group("g")).start())
        .isInstanceOf(ConfigException.class);
  }
}
