package dev.mq.kafka.spike;

import dev.mq.api.Capabilities;
import dev.mq.api.ErrorCode;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.spi.BackendLog;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.BackendSession;
import dev.mq.spi.ErrorClass;
import dev.mq.spi.LogDriver;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishChannel;
import dev.mq.spi.QueueDriver;
import dev.mq.spi.TopologyLog;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import dev.mq.api.NotFoundException;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ShareMemberDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** The session and its publishers. Messages carry id, key and body only. */
final class KafkaSpike implements BackendSession {
  private final String servers;
  private final Map<String, Object> producerSettings;
  final Admin admin;
  private final SpikeTopology topology;

  KafkaSpike(String servers, ThreadFactory threads, Map<String, Object> producerSettings) {
    this.servers = servers;
    this.producerSettings = producerSettings;
    this.admin = Admin.create(Map.of("bootstrap.servers", servers));
    this.topology = new SpikeTopology(this, threads);
  }

  /** A queue or a log: a topic. */
  static final class Topic implements BackendQueue, BackendLog {
    final String name;
    final String topic;
    volatile int partitions;

    Topic(String name, String topic, int partitions) {
      this.name = name;
      this.topic = topic;
      this.partitions = partitions;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public int partitions() {
      return partitions;
    }
  }

  KafkaProducer<byte[], byte[]> producer() {
    Map<String, Object> p = new HashMap<>(Map.of("bootstrap.servers", servers, "acks", "all", "linger.ms", 0));
    p.putAll(producerSettings);
    return new KafkaProducer<>(p, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Settings that both kinds of consumer take. */
  Map<String, Object> consumer(Map<String, Object> more) {
    Map<String, Object> p = new HashMap<>(more);
    p.put("bootstrap.servers", servers);
    p.put("max.poll.interval.ms", Integer.MAX_VALUE);
    p.put("key.deserializer", ByteArrayDeserializer.class);
    p.put("value.deserializer", ByteArrayDeserializer.class);
    return p;
  }

  static <T> T get(Future<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException r ? r : new IllegalStateException(e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /** Makes a topic whose leaders are ready; returns whether it was made now. */
  boolean createTopic(String topic, int partitions) {
    boolean made = true;
    try {
      get(admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all());
    } catch (TopicExistsException e) {
      made = false;
    }
    // A burst into a topic whose leader is not ready can lose records (KAFKA-15591).
    retry(() -> listOffsets(partitions(topic, partitions), OffsetSpec.latest()));
    return made;
  }

  static List<TopicPartition> partitions(String topic, int count) {
    return IntStream.range(0, count).mapToObj(p -> new TopicPartition(topic, p)).toList();
  }

  Topic open(String name, String topic) {
    try {
      int partitions = get(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic).partitions().size();
      return new Topic(name, topic, partitions);
    } catch (UnknownTopicOrPartitionException e) {
      throw new NotFoundException("open " + name + ": there is no topic " + topic);
    }
  }

  KafkaFuture<Map<TopicPartition, ListOffsetsResultInfo>> listOffsets(List<TopicPartition> partitions, OffsetSpec spec) {
    return admin.listOffsets(partitions.stream().collect(Collectors.toMap(p -> p, p -> spec))).all();
  }

  void configureGroup(String group, String key, String value) {
    AlterConfigOp op = new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET);
    get(admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.GROUP, group), List.of(op))).all());
  }

  /** Parts of the broker learn of a new topic a little later than its creator does. */
  void retry(Supplier<KafkaFuture<?>> call) {
    while (true) {
      try {
        get(call.get());
        return;
      } catch (UnknownTopicOrPartitionException e) {
        LockSupport.parkNanos(5_000_000);
      }
    }
  }

  /** The client does not tell when it was assigned partitions; the group coordinator does. */
  void awaitMembers(String group, List<String> clientIds) {
    Set<String> missing = new HashSet<>(clientIds);
    while (true) {
      for (ShareMemberDescription m : get(admin.describeShareGroups(List.of(group)).all()).get(group).members()) {
        if (!m.assignment().topicPartitions().isEmpty()) {
          missing.remove(m.clientId());
        }
      }
      if (missing.isEmpty()) {
        return;
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  static Message message(ConsumerRecord<byte[], byte[]> r) {
    Message.Builder m = Message.builder().id(new String(r.headers().lastHeader("mq-id").value(), StandardCharsets.UTF_8));
    return m.key(r.key() == null ? null : new String(r.key(), StandardCharsets.UTF_8)).bodyUnsafe(r.value()).build();
  }

  @Override
  public PublishChannel openPublisher() {
    KafkaProducer<byte[], byte[]> producer = producer();
    return new PublishChannel() {
      @Override
      public void publish(PublishBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
          try {
            send(batch, i);
          } catch (InterruptException e) {
            for (int k = i; k < batch.size(); k++) {
              batch.failed(k, new InterruptedException());
            }
            return;
          } catch (RuntimeException e) {
            batch.failed(i, notSent(e));
          }
        }
      }

      private void send(PublishBatch batch, int i) {
        Topic target = (Topic) batch.target(i);
        Message m = batch.message(i);
        Integer partition = batch.partition(i) == PublishBatch.NO_PARTITION ? null : Integer.valueOf(batch.partition(i));
        ProducerRecord<byte[], byte[]> r = new ProducerRecord<>(target.topic, partition, bytes(m.key()), m.bodyUnsafe());
        r.headers().add("mq-id", bytes(m.id()));
        Thread caller = Thread.currentThread();
        producer.send(
            r,
            (metadata, error) -> {
              if (error == null) {
                batch.confirmed(i, metadata.partition(), metadata.offset());
              } else {
                // On the caller's thread the record has not reached the client's buffer yet.
                batch.failed(i, Thread.currentThread() == caller ? notSent(error) : error);
              }
            });
      }

      @Override
      public void close(Duration timeout) {
        producer.close(timeout);
      }
    };
  }

  private static byte @Nullable [] bytes(@Nullable String s) {
    return s == null ? null : s.getBytes(StandardCharsets.UTF_8);
  }

  private MqException notSent(Exception e) {
    ErrorClass c = classify(e);
    return new MqException(
        c.definite() ? c.code() : ErrorCode.UNAVAILABLE, true, e instanceof ApiException, "not sent: " + e, e);
  }

  @Override
  public ErrorClass classify(Throwable e) {
    if (e instanceof UnknownTopicOrPartitionException || e instanceof UnknownTopicIdException) {
      return ErrorClass.definite(ErrorCode.NOT_FOUND);
    } else if (e instanceof RecordTooLargeException) {
      return ErrorClass.definite(ErrorCode.TOO_LARGE);
    } else if (e instanceof InvalidTopicException) {
      return ErrorClass.definite(ErrorCode.INVALID_ARGUMENT);
    } else if (e instanceof MqException mq) {
      return new ErrorClass(mq.code(), mq.isDefinite(), mq.isRetryable());
    }
    return ErrorClass.unknown();
  }

  @Override
  public Optional<QueueDriver> queues() {
    return Optional.of(new SpikeQueues(this));
  }

  @Override
  public Optional<LogDriver> logs() {
    return Optional.of(new SpikeLogs(this));
  }

  @Override
  public Optional<TopologyLog> topologyLog() {
    return Optional.of(topology);
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.builder("kafka").build();
  }

  @Override
  public String healthProblem() {
    return "";
  }

  @Override
  public void close(Duration timeout) {
    topology.close();
    admin.close(timeout);
  }
}
