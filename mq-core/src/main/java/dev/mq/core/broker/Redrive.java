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
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Moves dead letters back to where they came from: published and confirmed there first, removed
 * here after that.
 */
final class Redrive {
  private static final Duration PATIENCE = Duration.ofMillis(500);

  /** How often in a row nothing may come while the queue is not empty: five seconds. */
  private static final int MOST_SILENCES = 10;

  private final Supplier<Receiver> deadLetters;
  private final LongSupplier depth;
  private final Function<String, Producer> origins;

  /**
   * Creates one.
   *
   * @param deadLetters opens where they are
   * @param depth how many are there
   * @param origins opens where they came from, by its name
   */
  Redrive(Supplier<Receiver> deadLetters, LongSupplier depth, Function<String, Producer> origins) {
    this.deadLetters = deadLetters;
    this.depth = depth;
    this.origins = origins;
  }

  long run(int max) {
    Map<String, Producer> producers = new HashMap<>();
    long moved = 0;
    int seen = 0;
    int silences = 0;
    // What cannot be moved is held until the end, so that it does not come again meanwhile.
    try (Receiver dead = deadLetters.get()) {
      while (seen < max && silences < MOST_SILENCES) {
        Delivery d = dead.receive(PATIENCE);
        if (d == null) {
          // A slow broker is silent too: only an empty queue ends this at once.
          silences = depth.getAsLong() == 0 ? MOST_SILENCES : silences + 1;
          continue;
        }
        seen++;
        silences = 0;
        String origin = d.message().headers().text(WireHeaders.DEAD_QUEUE);
        if (origin != null) {
          Message again = d.message().toBuilder().removeReservedHeaders().build();
          producers.computeIfAbsent(origin, origins).send(again);
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
