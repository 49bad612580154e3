package dev.mq.inmemory;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import dev.mq.api.Broker;
import dev.mq.api.BrokerEvent;
import dev.mq.api.Message;
import dev.mq.api.Producer;
import dev.mq.api.QueueSpec;
import dev.mq.api.Topology;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;

/** What tests of retries with a delay share: an engine whose brokers delay none themselves. */
abstract class DelayLogs {
  static final String LOG = "mq.delays";

  final InMemoryEngine engine = InMemoryEngine.create();
  final List<BrokerEvent> events = new CopyOnWriteArrayList<>();
  final List<Broker> brokers = new ArrayList<>();
  final Broker a = open("a");

  DelayLogs() {
    a.declare(Topology.builder().queue(QueueSpec.of("q")).queue(QueueSpec.of("dead")).build());
  }

  Broker open(String name) {
    Broker b = PlainBackend.open(engine, name, events::add);
    brokers.add(b);
    return b;
  }

  @AfterEach
  void close() {
    brokers.forEach(b -> b.close(ofSeconds(5)));
    engine.close();
  }

  static void until(Callable<Boolean> condition) {
    Awaitility.await().pollInterval(ofMillis(2)).atMost(ofSeconds(30)).until(condition);
  }

  void advance(Duration by) {
    engine.clock().advance(by);
  }

  Instant now() {
    return engine.clock().now();
  }

  void send(String... ids) {
    try (Producer p = a.queue("q").producer().open()) {
      for (String id : ids) {
        p.send(Message.builder().id(id).body(id).header("h", 7).key("k").build());
      }
    }
  }

  long put() {
    return engine.internal().log(LOG).map(l -> l.end().total()).orElse(0L);
  }

  /** Returns how many messages of the delay log were not moved yet, or not committed. */
  long waiting() {
    return engine
        .internal()
        .log(LOG)
        .map(l -> l.end().total() - l.group("mq.mover").committed().total())
        .orElse(0L);
  }

  /** What failed for a moment is tried again as time passes. */
  void awaitAllMoved() {
    awaitMovedBut(0);
  }

  void awaitMovedBut(int left) {
    until(
        () -> {
          advance(ofMillis(10));
          return waiting() == left;
        });
  }

  /** Returns how many messages a queue has, those included that a consumer has not settled yet. */
  long inQueue(String queue) {
    return engine.queue(queue).depth();
  }

  long count(BrokerEvent.Type type) {
    return events.stream().filter(e -> e.type() == type).count();
  }
}
