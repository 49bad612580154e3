package dev.mq.examples.pipeline;

import dev.mq.api.Broker;
import dev.mq.inmemory.InMemoryEngine;
import java.time.Duration;
import java.util.Optional;

/** Takes a connection away behind the back of the program that uses it, as a crash would. */
final class Chaos {
  private Chaos() {}

  /**
   * Kills a connection: what it holds is neither acknowledged nor given back by the program. The
   * embedded engine kills the session; elsewhere the broker object is closed without waiting for
   * the handler.
   */
  static void kill(Broker broker) {
    Optional<InMemoryEngine> engine = broker.unwrap(InMemoryEngine.class);
    if (engine.isPresent()) {
      engine.get().kill(broker.name());
    } else {
      broker.close(Duration.ZERO);
    }
  }
}
