package dev.mq.tools.brokers;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The server properties of a single-node Kafka. */
final class KafkaSettings {
  private KafkaSettings() {}

  /** What every single node needs, and what makes it small and strict. */
  static Map<String, String> common() {
    Map<String, String> p = new LinkedHashMap<>();
    p.put("process.roles", "broker,controller");
    p.put("node.id", "1");
    p.put("auto.create.topics.enable", "false");
    p.put("num.partitions", "1");
    for (String topic :
        List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")) {
      p.put(topic + ".num.partitions", "1");
      p.put(topic + ".replication.factor", "1");
    }
    p.put("transaction.state.log.min.isr", "1");
    p.put("share.coordinator.state.topic.min.isr", "1");
    p.put("group.share.min.record.lock.duration.ms", "1000");
    p.put("group.share.max.record.lock.duration.ms", "3600000");
    p.put("group.share.max.delivery.count.limit", "25");
    // The default buffer alone is 128 MB of heap.
    p.put("log.cleaner.dedupe.buffer.size", "2097152");
    return p;
  }

  /** Intervals short enough for tests; the {@code min} ones let a test set its own. */
  static Map<String, String> fastTimings() {
    Map<String, String> p = new LinkedHashMap<>();
    p.put("group.initial.rebalance.delay.ms", "0");
    // A broker that was killed can register again only when its old session is over. One that
    // stands
    // still for longer is taken for dead, and no topic can be made until it has reported again.
    p.put("broker.heartbeat.interval.ms", "300");
    p.put("broker.session.timeout.ms", "5000");
    for (String kind : List.of("group.share", "group.consumer")) {
      p.put(kind + ".min.heartbeat.interval.ms", "200");
      p.put(kind + ".heartbeat.interval.ms", "200");
      p.put(kind + ".min.session.timeout.ms", "2000");
      p.put(kind + ".session.timeout.ms", "5000");
      p.put(kind + ".assignment.interval.ms", "0");
    }
    return p;
  }

  static Map<String, String> loopback(int port, int controllerPort, String dataDirectory) {
    Map<String, String> p = new LinkedHashMap<>();
    p.put(
        "listeners",
        "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d".formatted(port, controllerPort));
    p.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
    p.put("controller.listener.names", "CONTROLLER");
    p.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    p.put("controller.quorum.bootstrap.servers", "127.0.0.1:" + controllerPort);
    p.put("log.dirs", dataDirectory);
    return p;
  }

  static String toFile(Map<String, String> properties) {
    return properties.entrySet().stream()
        .map(e -> e.getKey() + "=" + e.getValue() + "\n")
        .collect(Collectors.joining());
  }
}
