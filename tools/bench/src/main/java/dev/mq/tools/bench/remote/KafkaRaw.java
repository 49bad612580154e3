package dev.mq.tools.bench.remote;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What a program does that uses Kafka's client itself and is tuned by hand. */
final class KafkaRaw {
  /** The client's own default. */
  static final String LINGER_MILLIS = "5";

  static final String BUFFER_BYTES = Long.toString(64L << 20);

  private KafkaRaw() {}

  /** Produces with {@code acks=all}, one callback a record. */
  static final class Publish implements RemoteArm {
    private final KafkaProducer<byte[], byte[]> producer;
    private final String topic;
    private final Bodies bodies;

    Publish(String servers, String topic, Bodies bodies) {
      this.topic = topic;
      this.bodies = bodies;
      Map<String, Object> settings = new HashMap<>(common(servers));
      settings.put("acks", "all");
      settings.put("linger.ms", LINGER_MILLIS);
      settings.put("buffer.memory", BUFFER_BYTES);
      producer =
          new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public Cost run(int count) throws Exception {
      CountDownLatch open = new CountDownLatch(count);
      AtomicReference<Exception> failed = new AtomicReference<>();
      Cost start = Cost.now();
      for (int i = 0; i < count; i++) {
        byte[] key = bodies.key(i).getBytes(StandardCharsets.UTF_8);
        Future<RecordMetadata> unused =
            producer.send(
                new ProducerRecord<>(topic, key, bodies.body(i)),
                (metadata, error) -> {
                  if (error != null) {
                    failed.set(error);
                  }
                  open.countDown();
                });
      }
      producer.flush();
      open.await();
      Cost cost = start.spent();
      Exception error = failed.get();
      if (error != null) {
        throw error;
      }
      return cost;
    }

    @Override
    public void close() {
      producer.close(Duration.ofSeconds(5));
    }
  }

  /** Reads what is there as a new group; commits once a poll. */
  static final class Consume implements RemoteArm {
    private final String servers;
    private final String topic;
    private long seen;

    Consume(String servers, String topic) {
      this.servers = servers;
      this.topic = topic;
    }

    @Override
    public Cost run(int count) {
      Map<String, Object> settings = new HashMap<>(common(servers));
      settings.put("group.id", "raw-" + UUID.randomUUID());
      settings.put("group.protocol", "consumer");
      settings.put("auto.offset.reset", "earliest");
      settings.put("enable.auto.commit", false);
      settings.put("max.poll.records", 1000);
      try (KafkaConsumer<byte[], byte[]> consumer =
          new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
        consumer.subscribe(List.of(topic));
        ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofSeconds(30));
        Cost start = Cost.now();
        int left = count;
        while (true) {
          for (var record : records) {
            seen += record.value().length;
          }
          left -= records.count();
          if (left <= 0) {
            consumer.commitSync();
            return start.spent();
          }
          consumer.commitAsync();
          records = consumer.poll(Duration.ofSeconds(30));
        }
      }
    }

    @Override
    public void close() {
      if (seen == 0) {
        throw new IllegalStateException("nothing was read");
      }
    }
  }

  static Map<String, Object> common(String servers) {
    return Map.of(
        "bootstrap.servers", servers, "enable.metrics.push", false, "metric.reporters", "");
  }
}
