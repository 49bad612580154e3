package dev.mq.tools.brokers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LocalBrokersTest {
  private final List<String> set = new ArrayList<>();

  @AfterEach
  void clearProperties() {
    set.forEach(System::clearProperty);
  }

  @Test
  void prefersAGivenKafka() {
    set(LocalBrokers.KAFKA_PROPERTY, "example:9092");
    try (KafkaBroker kafka = LocalBrokers.kafka()) {
      assertEquals("example:9092", kafka.address());
      assertEquals(Broker.Origin.GIVEN, kafka.origin());
    }
  }

  @Test
  void prefersAGivenRabbitAndDerivesItsStreamAddress() {
    set(LocalBrokers.RABBIT_PROPERTY, "amqp://u:p@example:5672");
    try (RabbitBroker rabbit = LocalBrokers.rabbit()) {
      assertEquals("rabbitmq-stream://u:p@example:5552", rabbit.streamUri().toString());
      assertEquals(Broker.Origin.GIVEN, rabbit.origin());
    }
  }

  @Test
  void takesAGivenStreamAddress() {
    set(LocalBrokers.RABBIT_PROPERTY, "amqp://u:p@example:5672");
    set(LocalBrokers.RABBIT_STREAM_PROPERTY, "rabbitmq-stream://other:1");
    try (RabbitBroker rabbit = LocalBrokers.rabbit()) {
      assertEquals("rabbitmq-stream://other:1", rabbit.streamUri().toString());
    }
  }

  @Test
  void quotesTheLogOfABrokerThatDoesNotStart() {
    LocalKafka.Builder builder = LocalKafka.builder().jvmOption("-Xnonsense");
    BrokerException e = assertThrows(BrokerException.class, builder::start);
    assertTrue(e.getMessage().contains("-Xnonsense"), e.getMessage());
  }

  @Test
  void quotesWordsForTheShell() {
    assertEquals("'it'\\''s $HOME'", Shell.quote("it's $HOME"));
  }

  private void set(String property, String value) {
    set.add(property);
    System.setProperty(property, value);
  }
}
