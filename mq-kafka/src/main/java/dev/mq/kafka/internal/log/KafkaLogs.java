package dev.mq.kafka.internal.log;

import dev.mq.kafka.internal.client.KafkaClients;
import java.time.Duration;

/** The logs of a cluster as one session sees them. Thread-safe. */
public final class KafkaLogs {
  private final KafkaClients clients;

  /** Creates the driver; costs no I/O. */
  public KafkaLogs(KafkaClients clients) {
    this.clients = clients;
  }

  /** Closes what is still open. */
  public void close(Duration timeout) {
    clients.context();
  }
}
