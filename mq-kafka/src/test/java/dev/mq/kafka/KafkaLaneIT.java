package dev.mq.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.SettleResult;
import dev.mq.kafka.Harness.Listener;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.Lane;
import dev.mq.spi.QueueSubscription;
import dev.mq.spi.SubscribeOptions;
import dev.mq.tools.brokers.LocalKafka;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** What a lane has taken and nobody has seen, on a real cluster. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class KafkaLaneIT {
  private LocalKafka kafka;
  private TestClient client;

  @BeforeAll
  void start() {
    kafka = LocalKafka.builder().start();
    client = TestClient.to(kafka.bootstrapServers()).set("mq.kafka.lease", "6s").open();
  }

  @AfterAll
  void stop() {
    client.close();
    kafka.close();
  }

  private QueueSubscription subscribe(BackendQueue queue, int prefetch) {
    return client.subscribe(queue, prefetch, 1, new Listener());
  }

  private QueueSubscription settlingOnReceipt(BackendQueue queue, int prefetch) {
    return client
        .queues()
        .subscribe(queue, new SubscribeOptions("c", prefetch, 1, true), new Listener());
  }

  private static Lane lane(QueueSubscription s) {
    return s.lanes().get(0);
  }

  @Test
  void aPausedLaneThatSettlesOnReceiptGivesBackWhatItHasNotHandedOut() throws Exception {
    onlyWhatIsHandedOutIsSettled("receipt-pause", s -> lane(s).pause());
  }

  @Test
  void aClosedLaneThatSettlesOnReceiptGivesBackWhatItHasNotHandedOut() throws Exception {
    onlyWhatIsHandedOutIsSettled("receipt-close", QueueSubscription::close);
  }

  private void onlyWhatIsHandedOutIsSettled(String name, Consumer<QueueSubscription> end)
      throws Exception {
    BackendQueue queue = client.queue(name);
    client.publish(queue, "m", 3);
    QueueSubscription s = settlingOnReceipt(queue, 3);
    assertThat(Harness.texts(Harness.receive(lane(s), 1))).containsExactly("m0");
    end.accept(s);
    QueueSubscription next = subscribe(queue, 3);
    DeliveryBatch rest = Harness.receive(lane(next), 3);
    assertThat(Harness.texts(rest)).containsExactly("m1", "m2");
    assertThat(Harness.ackAll(lane(next), rest)).containsOnly(SettleResult.SETTLED);
    assertThat(client.queues().depth(queue)).isZero();
    next.close();
  }

  /** Each lapse of a lease counts as a delivery, and the cluster ends a message of too many. */
  @Test
  void aLaneThatSettlesOnReceiptKeepsItsLeaseOnWhatItHasNotHandedOut() throws Exception {
    BackendQueue queue = client.queue("receipt-slowly");
    client.publish(queue, "m", 30);
    QueueSubscription s = settlingOnReceipt(queue, 30);
    QueueSubscription idle = subscribe(queue, 1);
    for (int i = 0; i < 30; i++) {
      DeliveryBatch batch = Harness.receive(lane(s), 1);
      assertThat(Harness.texts(batch)).isEqualTo(List.of("m" + i));
      assertThat(batch.attempt(0)).isEqualTo(1);
      assertThat(lane(idle).receive(new DeliveryBatch(1), lane(s).leaseNanos() / 20)).isZero();
    }
    assertThat(client.queues().depth(queue)).isZero();
    s.close();
    idle.close();
  }

  /** A poll that comes back empty leaves the client fetching. */
  @Test
  void aFetchThatLayLongerThanItsLeaseIsNotHandedOut() throws Exception {
    BackendQueue queue = client.queue("stale-fetch");
    QueueSubscription first = subscribe(queue, 1);
    assertThat(lane(first).receive(new DeliveryBatch(1), 50_000_000)).isZero();
    client.publish(queue, "m", 1);
    QueueSubscription second = subscribe(queue, 1);
    DeliveryBatch held = Harness.receive(lane(second), 1);
    assertThat(held.attempt(0)).as("deliveries, of which the first was to nobody").isEqualTo(2);
    assertThat(lane(first).receive(new DeliveryBatch(1), 50_000_000)).isZero();
    assertThat(Harness.ackAll(lane(second), held)).containsOnly(SettleResult.SETTLED);
    second.close();
    client.publish(queue, "n", 1);
    DeliveryBatch next = Harness.receive(lane(first), 1);
    assertThat(Harness.texts(next)).containsExactly("n0");
    assertThat(Harness.ackAll(lane(first), next)).containsOnly(SettleResult.SETTLED);
    first.close();
  }
}
