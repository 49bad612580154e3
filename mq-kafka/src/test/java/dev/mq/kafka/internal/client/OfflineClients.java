package dev.mq.kafka.internal.client;

import dev.mq.kafka.TestContext;
import java.time.Duration;

/** Clients of a cluster that nobody ever starts; they give up soon. */
public final class OfflineClients implements AutoCloseable {
  /** Nothing listens there. */
  public static final String NOBODY = "127.0.0.1:1";

  private final TestContext context = new TestContext(NOBODY);
  private final KafkaClients clients;

  /** Makes the clients. */
  public OfflineClients() {
    context.set("mq.kafka.operation-timeout", "1s");
    this.clients = new KafkaClients(context);
  }

  /** Returns the clients. */
  public KafkaClients clients() {
    return clients;
  }

  /** Returns what they are made with. */
  public TestContext context() {
    return context;
  }

  @Override
  public void close() {
    clients.close(Duration.ZERO);
    context.close();
  }
}
