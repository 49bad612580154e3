package dev.mq.tools.cli;

import dev.mq.api.Broker;
import dev.mq.api.BrokerConfig;
import dev.mq.api.Capabilities;
import dev.mq.api.Capability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The table of capabilities in the README, and what backends declare, in the same words. */
final class CapabilityTable {
  static final Path README = Path.of("../../README.md");

  private static final Pattern ROW =
      Pattern.compile("\\| `([a-z-]+)`[^|]*\\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\|");

  private CapabilityTable() {}

  /**
   * Returns what the README says.
   *
   * @param column 1 is the embedded engine, 2 RabbitMQ, 3 Kafka
   */
  static List<String> written(int column) throws IOException {
    List<String> written = new ArrayList<>();
    for (String line : Files.readAllLines(README)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        String value = row.group(1 + column).replace("any distance", "no").split(";", 2)[0];
        written.add(row.group(1) + ": " + value);
      }
    }
    return written;
  }

  /** Returns what a backend declares. */
  static List<String> declared(Map<String, String> settings) {
    List<String> declared = new ArrayList<>();
    BrokerConfig config = BrokerConfig.builder().isolated().setAll(settings).build();
    try (Broker broker = Broker.open(config)) {
      for (Capability<?> capability : Capability.all()) {
        declared.add(capability.name() + ": " + declared(broker.capabilities(), capability));
      }
    }
    return declared;
  }

  private static String declared(Capabilities capabilities, Capability<?> capability) {
    return capabilities
        .value(capability)
        .map(value -> value.equals(true) ? "yes" : value.toString())
        .orElse("no");
  }
}
