package dev.mq.tools.cli;

import dev.mq.tools.brokers.LocalBrokers;
import dev.mq.tools.brokers.RabbitBroker;
import java.util.Map;

/** The configuration that leads to the real brokers these tests share. */
final class RealBrokers {
  private RealBrokers() {}

  static Map<String, String> rabbit() {
    RabbitBroker rabbit = LocalBrokers.sharedRabbit();
    return Map.of(
        "mq.backend",
        "rabbit",
        "mq.rabbit.uris",
        rabbit.amqpUri().toString(),
        "mq.rabbit.stream-uris",
        rabbit.streamUri().toString());
  }

  static Map<String, String> kafka() {
    return Map.of(
        "mq.backend",
        "kafka",
        "mq.kafka.bootstrap-servers",
        LocalBrokers.sharedKafka().bootstrapServers());
  }
}
