package dev.mq.core.broker;

import dev.mq.api.Delivery;
import dev.mq.api.Message;
import dev.mq.api.Producer;
import dev.mq.api.Receiver;
import dev.mq.api.SettleResult;
import dev.mq.core.runtime.WireHeaders;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Moves dead letters back to where they came from: published and confirmed there first, removed here after that. */
final class Redrive {
  private static final Duration PATIENCE = Duration.ofMillis(500);

  private final CoreBroker broker;
  private final CoreQueue queue;

  Redrive(CoreBroker broker, CoreQueue queue) {
    this.broker = broker;
    this.queue = queue;
  }

  long run(int max) {
    Map<String, Producer> producers = new HashMap<>();
    long moved = 0;
    // What cannot be moved is held until the end, so that it does not come again meanwhile.
    try (Receiver dead = queue.consumer().prefetch(max).receiver()) {
      for (int seen = 0; seen < max; seen++) {
        Delivery d = dead.receive(PATIENCE);
        if (d == null) {
          break;
        }
        String origin = d.message().headers().text(WireHeaders.DEAD_QUEUE);
        if (origin != null) {
          Message again = d.message().toBuilder().removeReservedHeaders().build();
          producers.computeIfAbsent(origin, o -> broker.queue(o).producer().open()).send(again);
          d.ack();
          if (d.settled().toCompletableFuture().join() == SettleResult.SETTLED) {
            moved++;
          }
        }
      }
    } finally {
      producers.values().forEach(Producer::close);
    }
    return moved;
  }
}
