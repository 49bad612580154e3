package dev.mq.tools.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Broker;
import dev.mq.api.BrokerConfig;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Every backend routes as the tables do. */
final class RouteIT {
  private static final int DOCUMENTS = 10;
  private static final int TOPOLOGIES = 10;
  private static final long SEED = Long.getLong("mq.test.seed", System.nanoTime());

  @Test
  void rabbitAgreesWithTheTablesOnAHundredRandomTopologies() {
    agree(RealBrokers.rabbit());
  }

  @Test
  void kafkaAgreesWithTheTablesOnAHundredRandomTopologies() {
    agree(RealBrokers.kafka());
  }

  @Test
  void theEmbeddedEngineAgreesWithTheTablesOnAHundredRandomTopologies() {
    agree(Map.of("mq.backend", "inmemory"));
  }

  private static void agree(Map<String, String> settings) {
    Random random = new Random(SEED);
    try (Broker broker = Broker.open(BrokerConfig.builder().isolated().setAll(settings).build())) {
      for (int i = 0; i < DOCUMENTS; i++) {
        RouteDocument document = RandomDocuments.make(random, TOPOLOGIES);
        assertThat(withoutWhy(BrokerRouter.route(document, broker)))
            .as("seed %d, document %d", SEED, i)
            .isEqualTo(withoutWhy(TableRouter.route(document)));
      }
    }
  }

  private static List<RouteAnswer> withoutWhy(List<RouteAnswer> answers) {
    return answers.stream()
        .map(a -> new RouteAnswer(a.exchange(), a.key(), a.queues(), List.of()))
        .toList();
  }
}
