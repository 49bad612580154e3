package dev.mq.tools.cli;

import dev.mq.api.BrokerConfig;
import dev.mq.core.config.Configuration;
import dev.mq.core.config.ConfigurationLoader;
import dev.mq.core.config.Environment;
import dev.mq.core.discovery.Backends;
import dev.mq.tools.brokers.BrokerException;
import dev.mq.tools.brokers.KafkaBroker;
import dev.mq.tools.brokers.LocalBrokers;
import dev.mq.tools.brokers.RabbitBroker;
import dev.mq.tools.cli.Failures.FailedException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The brokers that a command needs and nobody has configured: started here, ended with the command.
 * Used by one thread.
 */
final class LocalBackends implements AutoCloseable {
  private static final String RABBIT = "rabbit";
  private static final String RABBIT_ADDRESS = "mq.rabbit.uris";
  private static final String RABBIT_STREAMS = "mq.rabbit.stream-uris";
  private static final String KAFKA = "kafka";
  private static final String KAFKA_ADDRESS = "mq.kafka.bootstrap-servers";

  private final Map<String, String> settings = new LinkedHashMap<>();
  private final List<dev.mq.tools.brokers.Broker> started = new ArrayList<>();

  private LocalBackends() {}

  /**
   * Starts what is needed, and says so.
   *
   * @param backends the backends a command was told to use; null stands for the one that the
   *     configuration chooses
   * @param notes where to say what is started
   */
  static LocalBackends forCommand(List<@Nullable String> backends, PrintStream notes) {
    LocalBackends local = new LocalBackends();
    try {
      Set<String> names = new LinkedHashSet<>();
      backends.forEach(name -> names.add(name == null ? load(null).backend() : name));
      if (names.contains(RABBIT) && !isConfigured(RABBIT, RABBIT_ADDRESS)) {
        local.startRabbit(notes);
      }
      if (names.contains(KAFKA) && !isConfigured(KAFKA, KAFKA_ADDRESS)) {
        local.startKafka(notes);
      }
      return local;
    } catch (BrokerException e) {
      local.close();
      throw new FailedException(String.valueOf(e.getMessage()));
    }
  }

  private static Configuration load(@Nullable String backend) {
    BrokerConfig.Builder config = BrokerConfig.builder();
    if (backend != null) {
      config.set("mq.backend", backend);
    }
    return ConfigurationLoader.load(config.build(), Backends.find().usable(), Environment.system());
  }

  private static boolean isConfigured(String backend, String address) {
    return Backends.find().select(backend).keys().stream()
        .filter(key -> key.name().equals(address))
        .anyMatch(key -> load(backend).backendConfig().find(key).isPresent());
  }

  private void startRabbit(PrintStream notes) {
    notes.println("starting a RabbitMQ of its own, as " + RABBIT_ADDRESS + " is not set");
    RabbitBroker rabbit = LocalBrokers.rabbit();
    started.add(rabbit);
    settings.put(RABBIT_ADDRESS, rabbit.amqpUri().toString());
    settings.put(RABBIT_STREAMS, rabbit.streamUri().toString());
  }

  private void startKafka(PrintStream notes) {
    notes.println("starting a Kafka of its own, as " + KAFKA_ADDRESS + " is not set");
    KafkaBroker kafka = LocalBrokers.kafka();
    started.add(kafka);
    settings.put(KAFKA_ADDRESS, kafka.bootstrapServers());
  }

  /** Returns the addresses of what was started, as settings of a broker. */
  Map<String, String> settings() {
    return settings;
  }

  @Override
  public void close() {
    started.forEach(dev.mq.tools.brokers.Broker::close);
    started.clear();
  }
}
