package dev.mq.tools.brokers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;

class LocalKafkaIT extends LocalBrokerContract<LocalKafka> {

  LocalKafkaIT() {
    super("kafka", LocalKafka.builder().property("message.max.bytes", "2000000").start());
  }

  @Override
  void store(String name) throws Exception {
    try (Admin admin = admin()) {
      admin.createTopics(List.of(new NewTopic(name, Optional.of(1), Optional.empty()))).all().get();
    }
  }

  @Override
  boolean holds(String name) throws Exception {
    try (Admin admin = admin()) {
      return admin.listTopics().names().get().contains(name);
    }
  }

  @Test
  void takesPropertiesFromTheBuilder() throws Exception {
    assertEquals("2000000", property("message.max.bytes"));
  }

  @Test
  void hasIntervalsThatSuitTests() throws Exception {
    assertEquals("200", property("group.share.heartbeat.interval.ms"));
    assertEquals("200", property("group.consumer.heartbeat.interval.ms"));
  }

  private String property(String name) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.BROKER, "1");
    try (Admin admin = admin()) {
      return admin.describeConfigs(List.of(resource)).all().get().get(resource).get(name).value();
    }
  }

  private Admin admin() {
    return Admin.create(
        Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers()));
  }
}
