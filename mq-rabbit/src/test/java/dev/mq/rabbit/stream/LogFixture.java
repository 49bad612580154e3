package dev.mq.rabbit.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConnectionFactory;
import dev.mq.api.Broker;
import dev.mq.api.BrokerConfig;
import dev.mq.api.LogReader;
import dev.mq.api.LogRecord;
import dev.mq.api.LogSpec;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Position;
import dev.mq.api.Producer;
import dev.mq.api.Receipt;
import dev.mq.api.Topology;
import dev.mq.rabbit.CutProxy;
import dev.mq.tools.brokers.LocalRabbit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A RabbitMQ of its own for each test class, with brokers and logs on it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
abstract class LogFixture {
  static final Logger LOG = LoggerFactory.getLogger(LogFixture.class);
  static final Duration LONG = Duration.ofSeconds(40);

  private final List<Broker> brokers = new ArrayList<>();
  LocalRabbit rabbit;
  String name = "";

  @BeforeAll
  void startRabbit() {
    rabbit = node().start();
  }

  /** Returns the broker to start. */
  LocalRabbit.Builder node() {
    return LocalRabbit.builder();
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
    brokers.forEach(b -> b.close(Duration.ofSeconds(5)));
    brokers.clear();
    if (!rabbit.isRunning()) {
      rabbit.start();
    }
  }

  BrokerConfig.Builder config() {
    return BrokerConfig.builder()
        .isolated()
        .set("mq.backend", "rabbit")
        .set("mq.rabbit.uris", rabbit.amqpUri().toString())
        .set("mq.rabbit.stream-uris", rabbit.streamUri().toString());
  }

  /** Returns a configuration whose AMQP connections go through a proxy. */
  BrokerConfig.Builder through(CutProxy proxy) {
    return config().set("mq.rabbit.uris", "amqp://guest:guest@127.0.0.1:" + proxy.listensOn());
  }

  Broker open() {
    return open(config());
  }

  Broker open(BrokerConfig.Builder config) {
    Broker broker = Broker.open(config.build());
    brokers.add(broker);
    return broker;
  }

  void declare(Broker broker, int partitions) {
    broker.declare(Topology.builder().log(LogSpec.of(name, partitions)).build());
  }

  /** Appends texts with keys of their own and waits until all are confirmed. */
  void append(Broker broker, String prefix, int records) {
    try (Producer producer = broker.log(name).producer().open()) {
      IntStream.range(0, records)
          .mapToObj(
              i -> producer.sendAsync(Message.builder().key("k" + i).body(prefix + i).build()))
          .toList()
          .forEach(s -> assertThat(failure(s.toCompletableFuture())).isNull());
    }
  }

  /** Reads everything there is. */
  List<LogRecord<byte[]>> readAll(Broker broker) {
    return read(broker, Position.begin());
  }

  List<LogRecord<byte[]>> read(Broker broker, Position from) {
    List<LogRecord<byte[]>> all = new ArrayList<>();
    try (LogReader<byte[]> reader =
        broker.log(name).reader().from(from).to(Position.end()).open()) {
      while (!reader.isAtEnd()) {
        all.addAll(reader.poll(Duration.ofSeconds(10)));
      }
    }
    return all;
  }

  static List<String> texts(List<LogRecord<byte[]>> records) {
    return records.stream().map(r -> r.message().text()).toList();
  }

  interface Body<T> {
    T on(Channel channel) throws Exception;
  }

  /** Does something as a foreign client of AMQP 0-9-1. */
  <T> T amqp(Body<T> body) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(rabbit.amqpUri());
    try (var connection = factory.newConnection();
        Channel channel = connection.createChannel()) {
      return body.on(channel);
    }
  }

  static double millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e6;
  }

  static void figures(String what, List<Double> millis) {
    double[] s = millis.stream().mapToDouble(d -> d).sorted().toArray();
    LOG.warn(
        "FIGURE {}: n={} median={} p90={} max={} ms",
        what,
        s.length,
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
