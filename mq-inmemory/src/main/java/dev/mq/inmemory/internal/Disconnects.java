package dev.mq.inmemory.internal;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.inmemory.internal.fault.FaultScript;
import dev.mq.inmemory.internal.queue.MemoryQueue;
import dev.mq.inmemory.internal.queue.MemorySubscription;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Cuts the consumers of a queue off and connects them again. Thread-safe. A queue that is not there
 * yet is cut off once it is.
 */
public final class Disconnects {
  private record Waiting(long afterDeliveries, Duration heal, FaultScript.Other fault) {}

  private final Engine engine;
  private final ConcurrentMap<String, Waiting> waiting = new ConcurrentHashMap<>();

  Disconnects(Engine engine) {
    this.engine = engine;
  }

  /** Cuts a queue off after so many more deliveries; one such fault at a time and queue. */
  public void add(String queue, long afterDeliveries, Duration heal) {
    FaultScript.Other fault =
        engine
            .faults()
            .other(
                "disconnect(\""
                    + queue
                    + "\").afterDeliveries("
                    + afterDeliveries
                    + ").healAfter("
                    + heal
                    + ")");
    waiting.put(queue, new Waiting(afterDeliveries, heal, fault));
    engine.newestQueue(queue).ifPresent(this::arm);
  }

  /** Forgets the cuts that have not happened. */
  public void clear() {
    waiting.clear();
    engine.queues().forEach(MemoryQueue::doNotBreak);
  }

  void arm(MemoryQueue q) {
    Waiting w = waiting.remove(q.name());
    if (w != null) {
      q.breakAfter(w.afterDeliveries, () -> broken(q, w));
    }
  }

  private void broken(MemoryQueue q, Waiting w) {
    w.fault.fire();
    String what = "queue:" + q.name();
    MqException error =
        new MqException(
            ErrorCode.UNAVAILABLE,
            true,
            true,
            "consume " + what + ": disconnected by a scripted fault",
            null);
    for (MemorySubscription s : q.subscriptions()) {
      s.listener().allLeasesLost(s);
    }
    List<InMemorySession> cutOff = consumersOf(q);
    cutOff.forEach(s -> s.context().connectionLost(what, error));
    TimeSource.Timer unused =
        engine
            .time()
            .schedule(
                w.heal,
                () -> {
                  q.heal();
                  cutOff.forEach(s -> s.context().connectionRecovered(what));
                });
  }

  private List<InMemorySession> consumersOf(MemoryQueue q) {
    return engine.sessions().stream().filter(s -> s.consumes(q)).toList();
  }
}
