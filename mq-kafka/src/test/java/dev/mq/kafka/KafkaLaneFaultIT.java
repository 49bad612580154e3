package dev.mq.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.SettleResult;
import dev.mq.kafka.Harness.Listener;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.Lane;
import dev.mq.spi.QueueSubscription;
import dev.mq.tools.brokers.LocalKafka;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A lane on a cluster that does not answer. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class KafkaLaneFaultIT {
  /** A definite answer needs the broker's word: this one may still take what it was sent. */
  @Test
  void aSettlementWithoutAnAnswerIsUnknownAlsoWhenTheLeaseIsOverMeanwhile() throws Exception {
    try (LocalKafka kafka = LocalKafka.builder().start();
        TestClient client =
            TestClient.to(kafka.bootstrapServers()).set("mq.kafka.lease", "3s").open()) {
      BackendQueue queue = client.queue("no-answer");
      client.publish(queue, "m", 1);
      QueueSubscription s = client.subscribe(queue, 1, 1, new Listener());
      Lane lane = s.lanes().get(0);
      DeliveryBatch held = Harness.receive(lane, 1);
      long received = System.nanoTime();
      kafka.pause();
      try {
        assertThat(Harness.ackAll(lane, held)).containsOnly(SettleResult.UNKNOWN);
        assertThat(System.nanoTime() - received).isGreaterThan(lane.leaseNanos());
      } finally {
        kafka.resume();
      }
      s.close();
    }
  }
}
