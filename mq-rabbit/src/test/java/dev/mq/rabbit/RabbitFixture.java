package dev.mq.rabbit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mq.api.Broker;
import dev.mq.api.BrokerConfig;
import dev.mq.api.BrokerEvent;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.QueueSpec;
import dev.mq.api.Receipt;
import dev.mq.api.Topology;
import dev.mq.tools.brokers.LocalRabbit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
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
@Timeout(value = 8, unit = TimeUnit.MINUTES)
public abstract class RabbitFixture {
  protected static final Logger LOG = LoggerFactory.getLogger(RabbitFixture.class);
  protected static final Duration LONG = Duration.ofSeconds(40);

  protected final Queue<BrokerEvent> events = new ConcurrentLinkedQueue<>();
  private final List<Broker> brokers = new ArrayList<>();
  protected LocalRabbit rabbit;
  protected String name = "";

  /** Returns how the broker is started. */
  protected LocalRabbit.Builder launcher() {
    return LocalRabbit.builder();
  }

  @BeforeAll
  void startRabbit() {
    rabbit = launcher().start();
  }

  @AfterAll
  void endRabbit() {
    rabbit.close();
  }

  @BeforeEach
  void newName() {
    name = "t" + UUID.randomUUID();
    events.clear();
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

  /** Returns the configuration of a broker on this RabbitMQ. */
  protected BrokerConfig.Builder config() {
    return BrokerConfig.builder()
        .isolated()
        .set("mq.backend", "rabbit")
        .set("mq.rabbit.uris", rabbit.amqpUri().toString())
        .set("mq.rabbit.stream-uris", rabbit.streamUri().toString())
        .listener(events::add);
  }

  protected Broker open() {
    return open(config());
  }

  protected Broker open(BrokerConfig.Builder config) {
    Broker broker = Broker.open(config.build());
    brokers.add(broker);
    return broker;
  }

  /** Returns a configuration whose connections go through a proxy. */
  protected BrokerConfig.Builder through(CutProxy proxy) {
    return config().set("mq.rabbit.uris", "amqp://guest:guest@127.0.0.1:" + proxy.listensOn());
  }

  /** Returns how many events of a type there were in this test. */
  protected long events(BrokerEvent.Type type) {
    return events.stream().filter(e -> e.type() == type).count();
  }

  protected void declareQueue(Broker broker) {
    broker.declare(Topology.builder().queue(QueueSpec.of(name)).build());
  }

  protected static Message text(String body) {
    return Message.of(body.getBytes(UTF_8));
  }

  protected static double millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e6;
  }

  protected static void figures(String what, List<Double> millis) {
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

  protected static double round(double d) {
    return Math.round(d * 100) / 100.0;
  }

  protected static MqException failure(CompletableFuture<Receipt> sent) {
    try {
      sent.get(40, TimeUnit.SECONDS);
      return null;
    } catch (Exception e) {
      return MqException.of(e.getCause());
    }
  }
}
