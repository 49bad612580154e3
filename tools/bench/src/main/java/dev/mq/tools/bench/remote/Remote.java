package dev.mq.tools.bench.remote;

import dev.mq.api.Broker;
import dev.mq.api.BrokerConfig;
import dev.mq.api.LogSpec;
import dev.mq.api.Overflow;
import dev.mq.api.QueueSpec;
import dev.mq.api.Topology;
import dev.mq.tools.brokers.KafkaBroker;
import dev.mq.tools.brokers.LocalBrokers;
import dev.mq.tools.brokers.RabbitBroker;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * Compares this library with hand-tuned programs on the raw clients, against brokers in processes
 * of their own. Arms run in blocks raw, ours, ours, raw; ratios are formed inside a block, and a
 * second raw arm against the first says how far a ratio can be trusted here. Prints one JSON line a
 * block and one for each cell.
 */
public final class Remote {
  private static final int PARTITIONS = 6;
  private static final int KAFKA_WINDOW = 50_000;
  private static final int RABBIT_WINDOW = 1000;

  private final int blocks;
  private final int bytes;
  private final Bodies bodies;

  private Remote(int blocks, int bytes) {
    this.blocks = blocks;
    this.bytes = bytes;
    this.bodies = new Bodies(bytes);
  }

  /**
   * Arguments, all optional: {@code kafka} or {@code rabbit} or {@code all}, blocks, body bytes.
   */
  public static void main(String[] args) throws Exception {
    String which = args.length > 0 ? args[0] : "all";
    int blocks = args.length > 1 ? Integer.parseInt(args[1]) : 11;
    int bytes = args.length > 2 ? Integer.parseInt(args[2]) : 100;
    Remote remote = new Remote(blocks, bytes);
    if (!which.equals("rabbit")) {
      remote.kafka();
    }
    if (!which.equals("kafka")) {
      remote.rabbit();
    }
    System.exit(0);
  }

  private void kafka() throws Exception {
    try (KafkaBroker kafka = LocalBrokers.kafka();
        Broker broker =
            Broker.open(
                BrokerConfig.builder()
                    .isolated()
                    .set("mq.backend", "kafka")
                    .set("mq.kafka.bootstrap-servers", kafka.bootstrapServers())
                    // Clients of both arms run with the same settings.
                    .set("mq.kafka.native.producer.linger.ms", KafkaRaw.LINGER_MILLIS)
                    .set("mq.kafka.native.producer.buffer.memory", KafkaRaw.BUFFER_BYTES)
                    .build())) {
      String servers = kafka.bootstrapServers();
      String log = name("log");
      broker.declare(Topology.builder().log(LogSpec.of(log, PARTITIONS)).build());
      String topic = name("topic");
      try (Admin admin = Admin.create(KafkaRaw.common(servers))) {
        admin
            .createTopics(java.util.List.of(new NewTopic(topic, PARTITIONS, (short) 1)))
            .all()
            .get();
      }
      int published = 2_000_000;
      Comparison publish = new Comparison("kafka-publish", bytes, blocks, published);
      try (RemoteArm raw = new KafkaRaw.Publish(servers, topic, bodies);
          RemoteArm second = new KafkaRaw.Publish(servers, topic, bodies);
          RemoteArm ours = new OursLog.Publish(broker, log, KAFKA_WINDOW, bodies)) {
        publish.run(raw, ours, second);
      }
      int consumed = 4_000_000;
      Comparison consume = new Comparison("kafka-consume", bytes, blocks, consumed);
      try (RemoteArm raw = new KafkaRaw.Consume(servers, topic);
          RemoteArm second = new KafkaRaw.Consume(servers, topic);
          RemoteArm ours = new OursLog.Consume(broker, log)) {
        consume.run(raw, ours, second);
      }
    }
  }

  private void rabbit() throws Exception {
    try (RabbitBroker rabbit = LocalBrokers.rabbit();
        Broker broker =
            Broker.open(
                BrokerConfig.builder()
                    .isolated()
                    .set("mq.backend", "rabbit")
                    .set("mq.rabbit.uris", rabbit.amqpUri().toString())
                    .set("mq.rabbit.stream-uris", rabbit.streamUri().toString())
                    .build())) {
      String uri = rabbit.amqpUri().toString();
      int published = 80_000;
      Comparison publish = new Comparison("rabbit-publish", bytes, blocks, published);
      try (RemoteArm raw = new RabbitRaw.Publish(uri, sink(broker), RABBIT_WINDOW, bodies);
          RemoteArm second = new RabbitRaw.Publish(uri, sink(broker), RABBIT_WINDOW, bodies);
          RemoteArm ours = new OursQueue.Publish(broker, sink(broker), RABBIT_WINDOW, bodies)) {
        publish.run(raw, ours, second);
      }
      String mine = queue(broker);
      String theirs = queue(broker);
      int consumed = 150_000;
      Comparison consume = new Comparison("rabbit-consume", bytes, blocks, consumed);
      try (RemoteArm fillMine = new OursQueue.Publish(broker, mine, RABBIT_WINDOW, bodies);
          RemoteArm fillTheirs = new RabbitRaw.Publish(uri, theirs, RABBIT_WINDOW, bodies);
          RemoteArm raw = new RabbitRaw.Consume(uri, theirs, fillTheirs);
          RemoteArm second = new RabbitRaw.Consume(uri, theirs, fillTheirs);
          RemoteArm ours = new OursQueue.Consume(broker, mine, fillMine)) {
        consume.run(raw, ours, second);
      }
    }
  }

  /** Returns the name of a queue that keeps what was published last and nothing else. */
  private static String sink(Broker broker) {
    String name = name("sink");
    broker.declare(
        Topology.builder()
            .queue(QueueSpec.builder(name).maxLength(1000, Overflow.DROP_HEAD).build())
            .build());
    return name;
  }

  private static String queue(Broker broker) {
    String name = name("queue");
    broker.declare(Topology.builder().queue(QueueSpec.of(name)).build());
    return name;
  }

  private static String name(String kind) {
    return "bench-" + kind + "-" + UUID.randomUUID().toString().substring(0, 8);
  }
}
