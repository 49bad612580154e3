package dev.mq.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.QueueSpec;
import dev.mq.tools.brokers.LocalKafka;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many replicas topics get when the configuration does not say. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class KafkaReplicasIT {
  private static int replicas(TestClient client, String queue) throws Exception {
    client.queues().create(QueueSpec.of(queue), "1");
    String topic = "mq.q." + queue + ".1";
    return client
        .admin()
        .describeTopics(List.of(topic))
        .allTopicNames()
        .get()
        .get(topic)
        .partitions()
        .get(0)
        .replicas()
        .size();
  }

  @Test
  void brokersThatAreDownCountWhenATopicIsMade() throws Exception {
    try (LocalKafka kafka = LocalKafka.builder().start();
        TestClient client = TestClient.to(kafka.bootstrapServers()).open()) {
      assertThat(replicas(client, "one")).isEqualTo(1);
      FencedBrokers.add(client.admin(), 2);
      assertThat(replicas(client, "two")).isEqualTo(2);
      FencedBrokers.add(client.admin(), 3);
      assertThat(replicas(client, "three")).isEqualTo(3);
    }
  }
}
