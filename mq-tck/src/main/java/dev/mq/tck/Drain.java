package dev.mq.tck;

import dev.mq.api.Broker;
import dev.mq.api.Delivery;
import dev.mq.api.Message;
import dev.mq.api.Producer;
import dev.mq.api.Receiver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;

/**
 * Takes everything out of queues. That nothing more is there is told by a sentinel, published last
 * on the same path; so a wait in vain takes place only when something is missing.
 */
final class Drain {
  private final Broker broker;

  Drain(Broker broker) {
    this.broker = broker;
  }

  /** Returns everything in a queue, acknowledged; waits for at least this many. */
  List<Got> queue(String queue, int expected) {
    String sentinel = "sentinel-" + UUID.randomUUID();
    try (Producer p = broker.queue(queue).producer().open()) {
      p.send(Message.builder().id(sentinel).body(sentinel).build());
    }
    List<Got> all = new ArrayList<>();
    boolean atEnd = false;
    Timing.Deadline deadline = new Timing.Deadline();
    try (Receiver r = broker.queue(queue).consumer().receiver()) {
      while (!(atEnd && all.size() >= expected) && !deadline.isOver()) {
        Delivery d = r.receive(Timing.scaled(Duration.ofMillis(500)));
        if (d == null) {
          continue;
        }
        if (d.message().id().equals(sentinel)) {
          atEnd = true;
        } else {
          all.add(Got.of(d));
        }
        d.ack();
      }
      Eventually.done("settling what was drained from " + queue, r.flush());
    }
    if (!atEnd) {
      throw new AssertionError(
          "queue %s: the sentinel, published last and confirmed, did not come within %s; saw %s"
              .formatted(queue, Timing.patience(), all));
    }
    return all;
  }

  /** Drains several queues at the same time; the expected number of each. */
  Map<String, List<Got>> queues(Map<String, Integer> expected) {
    List<String> names = List.copyOf(expected.keySet());
    List<Callable<List<Got>>> works = new ArrayList<>();
    for (String name : names) {
      works.add(() -> queue(name, expected.getOrDefault(name, 0)));
    }
    List<List<Got>> results = Threads.together("drain", works);
    Map<String, List<Got>> all = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      all.put(names.get(i), results.get(i));
    }
    return all;
  }
}
