package dev.mq.examples.pipeline;

import dev.mq.api.Broker;
import java.time.Duration;

/** Takes a connection away behind the back of the program that uses it, as a crash would. */
final class Chaos {
  private Chaos() {}

  /** Kills a connection: nothing it holds is acknowledged or given back by the program. */
  static void kill(Broker broker) {
    broker.close(Duration.ZERO);
  }
}
