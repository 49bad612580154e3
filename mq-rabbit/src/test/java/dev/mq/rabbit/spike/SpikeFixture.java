package dev.mq.rabbit.spike;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mq.api.Broker;
import dev.mq.api.BrokerConfig;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.QueueSpec;
import dev.mq.api.Receipt;
import dev.mq.api.Topology;
import dev.mq.tools.brokers.LocalRabbit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A RabbitMQ of its own for each test class, and brokers on it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
abstract class SpikeFixture {
  static final Logger LOG = LoggerFactory.getLogger(SpikeFixture.class);
  static final Duration LONG = Duration.ofSeconds(40);

  private final List<Broker> brokers = new ArrayList<>();
  LocalRabbit rabbit;
  String name = "";

  @BeforeAll
  void startRabbit() {
    rabbit = LocalRabbit.builder().start();
  }

  @AfterAll
  void endRabbit() {
    rabbit.close();
  }

  @BeforeEach
  void newName() {
    name = "t" + UUID.randomUUID();
  }

  @AfterEach
  void closeBrokers() {
    if (rabbit.isRunning()) {
      rabbit.resume();
    }
    brokers.forEach(b -> b.close(Duration.ofSeconds(5)));
    brokers.clear();
    if (!rabbit.isRunning()) {
      rabbit.start();
    }
  }

  Broker open() {
    return open("declare");
  }

  Broker open(String barrier) {
    Broker broker =
        Broker.open(
            BrokerConfig.builder()
                .isolated()
                .set("mq.backend", "rabbitspike")
                .set("mq.rabbitspike.amqp", rabbit.amqpUri().toString())
                .set("mq.rabbitspike.streams", rabbit.streamUri().toString())
                .set("mq.rabbitspike.barrier", barrier)
                .build());
    brokers.add(broker);
    return broker;
  }

  static SpikeSession session(Broker broker) {
    return broker.unwrap(SpikeSession.class).orElseThrow();
  }

  void declareQueue(Broker broker) {
    broker.declare(Topology.builder().queue(QueueSpec.of(name)).build());
  }

  static Message text(String body) {
    return Message.of(body.getBytes(UTF_8));
  }

  static double millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e6;
  }

  static void figures(String what, List<Double> millis) {
    double[] s = millis.stream().mapToDouble(d -> d).sorted().toArray();
    LOG.warn(
        "FIGURE {}: n={} min={} median={} p90={} max={} ms",
        what,
        s.length,
        round(s[0]),
        round(s[s.length / 2]),
        round(s[s.length * 9 / 10]),
        round(s[s.length - 1]));
  }

  static double round(double d) {
    return Math.round(d * 100) / 100.0;
  }

  static MqException failure(CompletableFuture<Receipt> sent) {
    try {
      sent.get(40, TimeUnit.SECONDS);
      return null;
    } catch (Exception e) {
      return MqException.of(e.getCause());
    }
  }
}
