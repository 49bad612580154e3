package dev.mq.inmemory.contract;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.Broker;
import dev.mq.api.ErrorCode;
import dev.mq.api.Failure;
import dev.mq.api.GroupConsumer;
import dev.mq.api.Log;
import dev.mq.api.LogReader;
import dev.mq.api.LogRecord;
import dev.mq.api.LogSpec;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.api.Producer;
import dev.mq.api.QueueSpec;
import dev.mq.api.Receipt;
import dev.mq.api.Topology;
import dev.mq.inmemory.InMemoryEngine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The log contract through the user API. */
@Timeout(60)
class LogContractTest {
  private final InMemoryEngine engine = InMemoryEngine.create();
  private final Broker a = Broker.open(engine.config().toBuilder().build());
  private final Broker b = Broker.open(engine.config().toBuilder().build());

  @BeforeEach
  void declare() {
    a.declare(Topology.builder().log(LogSpec.of("events", 6)).queue(QueueSpec.of("dead")).build());
  }

  @AfterEach
  void close() {
    a.close();
    b.close();
    engine.close();
  }

  private static Message event(String key, int n) {
    return Message.builder().key(key).body(Integer.toString(n)).build();
  }

  private void append(int from, int to) {
    try (Producer p = a.log("events").producer().open()) {
      for (int i = from; i < to; i++) {
        p.send(event("k" + i % 17, i));
      }
    }
  }

  @Test
  void whatWasAppendedIsReadBackWhereTheReceiptSays() {
    Map<String, Receipt> receipts = new HashMap<>();
    try (Producer p = a.log("events").producer().open()) {
      for (int i = 0; i < 300; i++) {
        receipts.put(Integer.toString(i), p.send(event("k" + i % 17, i)));
      }
    }
    Map<String, Receipt> read = new HashMap<>();
    Map<String, Integer> partitionOfKey = new HashMap<>();
    try (LogReader<byte[]> r = b.log("events").reader().open()) {
      for (LogRecord<byte[]> rec : r) {
        read.put(rec.message().text(), Receipt.appended(rec.partition(), rec.offset()));
        Integer before = partitionOfKey.put(rec.message().key(), rec.partition());
        assertThat(before == null || before == rec.partition()).isTrue();
      }
      assertThat(r.isAtEnd()).isTrue();
    }
    assertThat(read).isEqualTo(receipts);
  }

  @Test
  void eachGroupSeesEveryRecordInOrderPerKeyAlsoWhileMembersComeAndGo() {
    Map<String, List<Integer>> byKey = new ConcurrentHashMap<>();
    AtomicInteger other = new AtomicInteger();
    dev.mq.api.RecordHandler<byte[]> handler =
        r ->
            byKey
                .computeIfAbsent(r.message().key(), k -> new CopyOnWriteArrayList<>())
                .add(Integer.parseInt(r.message().text()));
    GroupConsumer first = a.log("events").group("g").start(handler);
    try (GroupConsumer second =
        b.log("events").group("other").start(r -> other.incrementAndGet())) {
      append(0, 500);
      GroupConsumer joined = b.log("events").group("g").start(handler);
      append(500, 1000);
      Awaitility.await().until(() -> !joined.assigned().isEmpty());
      first.close();
      append(1000, 1500);
      Awaitility.await()
          .until(
              () ->
                  byKey.values().stream().mapToInt(List::size).sum() >= 1500
                      && other.get() == 1500);
      joined.close();
      assertThat(second.group()).isEqualTo("other");
    }
    byKey.forEach((key, seen) -> assertThat(seen).as(key).isSorted().doesNotHaveDuplicates());
    assertThat(byKey.values().stream().mapToInt(List::size).sum()).isEqualTo(1500);
    assertThat(a.log("events").lag("g").total()).isZero();
  }

  @Test
  void aRecordThatFailsIsRetriedInPlaceThenDeadLetteredAndThePartitionGoesOn() {
    List<String> handled = new CopyOnWriteArrayList<>();
    AtomicInteger tries = new AtomicInteger();
    try (GroupConsumer c =
        a.log("events")
            .group("g")
            .onFailure(Failure.retryThenDeadLetter(ofMillis(0), 3, "queue:dead"))
            .start(
                r -> {
                  if (r.message().text().equals("7")) {
                    tries.incrementAndGet();
                    throw new IllegalStateException("bad record");
                  }
                  handled.add(r.message().text());
                })) {
      append(0, 20);
      Awaitility.await().until(() -> handled.size() == 19 && b.queue("dead").depth() == 1);
      assertThat(c.assigned()).hasSize(6);
    }
    assertThat(tries).hasValue(3);
    Message dead = b.queue("dead").browse(1).get(0);
    assertThat(dead.text()).isEqualTo("7");
    assertThat(dead.headers().text("mq-dead-log")).isEqualTo("events");
    assertThat(a.log("events").lag("g").total()).isZero();
  }

  @Test
  void seekByOffsetAndTimeStartsExactlyThere() {
    append(0, 60);
    Positions middle = a.log("events").end();
    engine.clock().advance(ofSeconds(10));
    java.time.Instant t = engine.clock().now();
    append(60, 120);
    assertThat(a.log("events").at(t)).isEqualTo(middle);
    List<Integer> late = new ArrayList<>();
    try (LogReader<byte[]> r = b.log("events").reader().from(Position.at(t)).open()) {
      r.forEach(x -> late.add(Integer.parseInt(x.message().text())));
    }
    assertThat(late).hasSize(60).allMatch(n -> n >= 60);
    List<Integer> early = new ArrayList<>();
    try (LogReader<byte[]> r = b.log("events").reader().to(middle).open()) {
      r.forEach(x -> early.add(Integer.parseInt(x.message().text())));
    }
    assertThat(early).hasSize(60).allMatch(n -> n < 60);
  }

  @Test
  void resetMovesAGroupThatHasNoMemberAndAddedPartitionsReachExistingGroups() {
    append(0, 100);
    Log log = a.log("events");
    AtomicInteger seen = new AtomicInteger();
    try (GroupConsumer c = log.group("g").start(r -> seen.incrementAndGet())) {
      Awaitility.await().until(() -> seen.get() == 100);
      assertThatThrownBy(() -> log.reset("g", log.begin()))
          .isInstanceOfSatisfying(
              MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OWNED_BY_OTHER));
      log.addPartitions(9);
      assertThat(b.log("events").partitions()).isEqualTo(9);
      append(100, 200);
      Awaitility.await().until(() -> seen.get() == 200);
      Awaitility.await().until(() -> c.assigned().size() == 9);
    }
    log.reset("g", log.begin());
    assertThat(log.lag("g").total()).isEqualTo(200);
    try (GroupConsumer c = log.group("g").start(r -> seen.incrementAndGet())) {
      Awaitility.await().until(() -> seen.get() == 400);
      assertThat(c.isPaused()).isFalse();
    }
  }

  @Test
  void badInputIsAClearError() {
    assertThatThrownBy(() -> a.log("none").end())
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("log:none");
    assertThatThrownBy(() -> a.log("none").group("g").start(r -> {}))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> a.log("events").addPartitions(2)).hasMessageContaining("log:events");
    assertThatThrownBy(
            () -> a.log("events").reader().from(Positions.of(0, 99)).open().poll(ofMillis(10)))
        .isInstanceOfSatisfying(
            MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OUT_OF_RANGE));
    assertThatThrownBy(() -> Positions.of(0, -1)).isInstanceOf(MqException.class);
  }
}
