package dev.mq.inmemory;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Broker;
import dev.mq.api.Delivery;
import dev.mq.api.Receiver;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The processes that move delayed messages back to their queues, one after the other and at once.
 */
@Timeout(120)
class DelayMoverTest extends DelayLogs {
  @Test
  void whatADeadProcessDelayedIsMovedByTheNextThatConsumes() {
    Receiver r = a.queue("q").consumer().receiver();
    send("m");
    Delivery first = r.receive(ofSeconds(5));
    first.nack(ofMinutes(1));
    until(() -> put() == 1 && inQueue("q") == 0);
    engine.kill("a");
    Broker b = open("b");
    Receiver next = b.queue("q").consumer().receiver();
    until(() -> !engine.internal().log(LOG).orElseThrow().groups().isEmpty());
    advance(ofMinutes(1));
    Delivery again = next.receive(ofSeconds(10));
    assertThat(again.message().id()).isEqualTo("m");
    assertThat(again.failures()).isEqualTo(1);
    assertThat(again.redelivered()).isTrue();
    again.ack();
  }

  @Test
  void aProcessThatConsumedBeforeTheLogWasMadeMovesWhatADeadOneLeft() {
    Broker b = open("b");
    AtomicInteger handled = new AtomicInteger();
    send("m");
    Receiver r = a.queue("q").consumer().prefetch(1).receiver();
    Delivery d = r.receive(ofSeconds(5));
    b.queue("q").consumer().start((Delivery again) -> handled.addAndGet(again.failures()));
    d.nack(ofSeconds(10));
    until(() -> put() == 1);
    engine.kill("a");
    until(
        () -> {
          advance(ofSeconds(10));
          return handled.get() == 1;
        });
  }

  @Test
  void moversTakeOverFromEachOtherDuringTheWait() {
    Broker b = open("b");
    Map<String, Integer> again = new ConcurrentHashMap<>();
    for (Broker broker : List.of(a, b)) {
      broker
          .queue("q")
          .consumer()
          .start(
              (Delivery d) -> {
                if (d.failures() == 0) {
                  d.nack(ofSeconds(1L << Integer.parseInt(d.message().id())));
                } else {
                  again.merge(d.message().id(), 1, Integer::sum);
                }
              });
    }
    for (int i = 0; i < 12; i++) {
      send("" + i);
      int sent = i + 1;
      until(() -> put() == sent);
    }
    advance(ofSeconds(40));
    awaitMovedBut(6);
    until(() -> again.size() == 6 && inQueue("q") == 0);
    engine.kill("a");
    advance(ofSeconds(1L << 11));
    until(() -> again.size() == 12);
    // What was moved and committed stays so. The leap in time may fence the other mover half-way.
    assertThat(again.entrySet())
        .filteredOn(e -> Integer.parseInt(e.getKey()) < 6)
        .allMatch(e -> e.getValue() == 1);
    awaitAllMoved();
  }

  @Test
  void closingDuringTheWaitLosesNothing() {
    send("m", "short");
    AtomicInteger nacked = new AtomicInteger();
    a.queue("q")
        .consumer()
        .start(
            (Delivery d) -> {
              d.nack(d.message().id().equals("short") ? ofMillis(50) : ofHours(1));
              nacked.incrementAndGet();
            });
    until(() -> nacked.get() == 2 && put() == 1);
    assertThat(a.close(ofSeconds(10))).isTrue();
    Broker b = open("b");
    Receiver r = b.queue("q").consumer().receiver();
    Delivery d = r.receive(ofSeconds(5));
    assertThat(d.message().id()).isEqualTo("short");
    assertThat(d.failures()).isEqualTo(1);
    d.ack();
    until(() -> waiting() == 1);
    until(
        () -> {
          advance(ofMinutes(30));
          Delivery m = r.receive(ofMillis(200));
          return m != null && m.message().id().equals("m") && m.failures() == 1;
        });
  }

  @Test
  void aMoveWithoutAnAnswerIsRepeatedAndFlagged() {
    List<Delivery> seen = new CopyOnWriteArrayList<>();
    a.queue("q")
        .consumer()
        .start(
            (Delivery d) -> {
              seen.add(d);
              if (d.failures() == 0) {
                d.nack(ofSeconds(2));
              }
            });
    send("m");
    until(() -> put() == 1);
    engine.faults(1).loseConfirm("q").onSend(1);
    advance(ofSeconds(2));
    until(() -> seen.size() == 2);
    until(
        () -> {
          advance(ofSeconds(1));
          return seen.size() == 3;
        });
    assertThat(seen.subList(1, 3))
        .allMatch(d -> d.message().id().equals("m") && d.failures() == 1 && d.redelivered());
    awaitAllMoved();
  }

  @Test
  void tenThousandDelayedMessagesComeOnceAndNeverEarly() {
    int n = 10_000;
    Random random = new Random(4711);
    Map<String, Instant> due = new ConcurrentHashMap<>();
    Map<String, Integer> again = new ConcurrentHashMap<>();
    List<String> early = new CopyOnWriteArrayList<>();
    a.queue("q")
        .consumer()
        .start(
            (Delivery d) -> {
              String id = d.message().id();
              if (d.failures() == 0) {
                Duration delay = ofMillis(100 + random.nextInt(60_000));
                due.put(id, now().plus(delay));
                d.nack(delay);
              } else {
                again.merge(id, 1, Integer::sum);
                if (now().isBefore(due.get(id))) {
                  early.add(id);
                }
              }
            });
    String[] ids = new String[n];
    for (int i = 0; i < n; i++) {
      ids[i] = "m" + i;
    }
    send(ids);
    until(() -> put() == n);
    while (again.size() < n) {
      advance(ofSeconds(5));
      // A member that is silent while the clock runs away would lose its partitions.
      long expected = due.values().stream().filter(t -> !t.isAfter(now())).count();
      until(() -> again.size() >= expected);
    }
    assertThat(early).isEmpty();
    assertThat(again.values()).allMatch(times -> times == 1);
    awaitAllMoved();
    until(() -> inQueue("q") == 0);
    assertThat(PlainBackend.trims(engine)).isNotEmpty();
  }

  @Test
  void partitionsThatChangeHandsRepeatAndLoseNothing() {
    Broker b = open("b");
    int n = 500;
    Map<String, Integer> again = new ConcurrentHashMap<>();
    for (Broker broker : List.of(a, b)) {
      broker
          .queue("q")
          .consumer()
          .start(
              (Delivery d) -> {
                if (d.failures() == 0) {
                  d.nack(ofSeconds(1 + Integer.parseInt(d.message().id()) % 20));
                } else {
                  again.merge(d.message().id(), 1, Integer::sum);
                }
              });
    }
    String[] ids = new String[n];
    for (int i = 0; i < n; i++) {
      ids[i] = "" + i;
    }
    send(ids);
    until(() -> put() == n);
    for (int second = 1; second <= 20; second++) {
      int expected = second * n / 20;
      engine.faults(1).rebalanceNow(LOG, "mq.mover");
      advance(ofSeconds(1));
      until(() -> again.size() >= expected);
    }
    awaitAllMoved();
    until(() -> inQueue("q") == 0);
    assertThat(again.values()).allMatch(times -> times == 1);
  }

  @Test
  void closingWhileMessagesAreMovedRepeatsAndLosesNothing() {
    int n = 2000;
    Receiver r = a.queue("q").consumer().prefetch(n).receiver();
    String[] ids = new String[n];
    for (int i = 0; i < n; i++) {
      ids[i] = "m" + i;
    }
    send(ids);
    for (int i = 0; i < n; i++) {
      r.receive(ofSeconds(5)).nack(ofSeconds(3));
    }
    until(() -> put() == n && inQueue("q") == 0);
    r.close();
    engine.faults(1).delay("q", ofMillis(1)).withProbability(0.01);
    advance(ofSeconds(3));
    until(() -> inQueue("q") > 0);
    a.close(ofSeconds(1));
    engine.faults(1).clear();
    Broker b = open("b");
    Map<String, Integer> again = new ConcurrentHashMap<>();
    b.queue("q")
        .consumer()
        .start((Delivery d) -> again.merge(d.message().id(), d.failures(), Integer::sum));
    until(
        () -> {
          advance(ofMinutes(1));
          return again.size() == n;
        });
    awaitAllMoved();
    until(() -> inQueue("q") == 0);
  }
}
