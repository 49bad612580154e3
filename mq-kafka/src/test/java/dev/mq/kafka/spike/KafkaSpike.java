package dev.mq.kafka.spike;

import dev.mq.api.Message;
import dev.mq.api.QueueSpec;
import dev.mq.spi.BackendLog;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.QueueDriver;
import dev.mq.spi.QueueSubscription;
import dev.mq.spi.QueueTraits;
import dev.mq.spi.SubscribeOptions;
import dev.mq.spi.SubscriptionListener;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The driver's root, and its queues: per incarnation a topic of one partition and a share group of
 * the same name. Messages carry id, key and body only.
 */
final class KafkaSpike implements QueueDriver {
  private static final int MOST_LANES = 16;

  /** A queue or a log. */
  record Topic(String name, String topic, int partitions) implements BackendQueue, BackendLog {
    TopicPartition partition(int p) {
      return new TopicPartition(topic, p);
    }
  }

  final Admin admin;
  final List<ShareLane> opened = new CopyOnWriteArrayList<>();
  private final Map<String, Object> common;
  private final Map<String, Object> producerSettings;

  KafkaSpike(String servers, Map<String, Object> producerSettings) {
    this.common = Map.of("bootstrap.servers", servers);
    this.producerSettings = producerSettings;
    this.admin = Admin.create(common);
  }

  KafkaProducer<byte[], byte[]> producer() {
    Map<String, Object> p = new HashMap<>(common);
    p.putAll(Map.of("acks", "all", "linger.ms", 0));
    p.putAll(producerSettings);
    return new KafkaProducer<>(p, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Returns the settings of either kind of consumer. */
  Map<String, Object> consumer(Map<String, Object> more) {
    Map<String, Object> p = new HashMap<>(common);
    p.put("max.poll.interval.ms", Integer.MAX_VALUE);
    p.put("key.deserializer", ByteArrayDeserializer.class);
    p.put("value.deserializer", ByteArrayDeserializer.class);
    p.putAll(more);
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

  /** Other parts of the broker learn of a new topic a little later than its creator does. */
  private static void untilKnown(Supplier<? extends Future<?>> call) {
    while (true) {
      try {
        get(call.get());
        return;
      } catch (UnknownTopicOrPartitionException e) {
        LockSupport.parkNanos(5_000_000);
      }
    }
  }

  static Message message(ConsumerRecord<byte[], byte[]> r) {
    String id = new String(r.headers().lastHeader("mq-id").value(), StandardCharsets.UTF_8);
    return Message.builder().id(id).bodyUnsafe(r.value()).build();
  }

  /** Makes a topic, and returns once the leader of each partition answers. */
  Topic createTopic(String name, String topic, int partitions) {
    get(admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all());
    Topic made = new Topic(name, topic, partitions);
    Map<TopicPartition, OffsetSpec> ends =
        IntStream.range(0, partitions)
            .boxed()
            .collect(Collectors.toMap(made::partition, p -> OffsetSpec.latest()));
    untilKnown(() -> admin.listOffsets(ends).all());
    return made;
  }

  void configureGroup(String group, String key, String value) {
    var op = new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET);
    var resource = new ConfigResource(ConfigResource.Type.GROUP, group);
    get(admin.incrementalAlterConfigs(Map.of(resource, List.of(op))).all());
  }

  @Override
  public QueueTraits traits() {
    return new QueueTraits(false);
  }

  @Override
  public BackendQueue create(QueueSpec spec, String incarnation) {
    Topic queue = createTopic(spec.name(), "mq.q." + spec.name() + "." + incarnation, 1);
    configureGroup(queue.topic, "share.auto.offset.reset", "earliest");
    untilKnown(
        () -> admin.alterShareGroupOffsets(queue.topic, Map.of(queue.partition(0), 0L)).all());
    return queue;
  }

  @Override
  public BackendQueue open(String name, String incarnation) {
    return new Topic(name, "mq.q." + name + "." + incarnation, 1);
  }

  @Override
  public void delete(String name, String incarnation) {
    get(admin.deleteShareGroups(List.of("mq.q." + name + "." + incarnation)).all());
    get(admin.deleteTopics(List.of("mq.q." + name + "." + incarnation)).all());
  }

  @Override
  public long depth(BackendQueue queue) {
    Topic t = (Topic) queue;
    var all = admin.listShareGroupOffsets(Map.of(t.topic, new ListShareGroupOffsetsSpec()));
    return get(all.partitionsToOffsetInfo(t.topic)).get(t.partition(0)).lag().orElse(0L);
  }

  @Override
  public long purge(BackendQueue queue) {
    long waiting = depth(queue);
    RecordsToDelete end = RecordsToDelete.beforeOffset(-1);
    get(admin.deleteRecords(Map.of(((Topic) queue).partition(0), end)).all());
    return waiting;
  }

  @Override
  public QueueSubscription subscribe(
      BackendQueue queue, SubscribeOptions o, SubscriptionListener listener) {
    int count = Math.min(Math.min(o.concurrency(), o.prefetch()), MOST_LANES);
    String topic = ((Topic) queue).topic;
    // The client knows it only once it was handed a record.
    var group = new ConfigResource(ConfigResource.Type.GROUP, topic);
    Config config = get(admin.describeConfigs(List.of(group)).all()).get(group);
    long lease = Long.parseLong(config.get("share.record.lock.duration.ms").value()) * 1_000_000;
    List<ShareLane> lanes =
        IntStream.range(0, count)
            .mapToObj(i -> o.prefetch() / count + (i < o.prefetch() % count ? 1 : 0))
            .map(quota -> new ShareLane(this, topic, quota, lease, listener))
            .toList();
    opened.addAll(lanes);
    awaitAssigned(topic, lanes);
    return new QueueSubscription() {
      @Override
      public List<ShareLane> lanes() {
        return lanes;
      }

      @Override
      public void close() {
        lanes.forEach(ShareLane::close);
      }
    };
  }

  /** The client does not tell when it was assigned its partition; the group coordinator does. */
  private void awaitAssigned(String group, List<ShareLane> lanes) {
    Set<String> missing = new HashSet<>();
    lanes.forEach(lane -> missing.add(lane.clientId));
    while (!missing.isEmpty()) {
      LockSupport.parkNanos(5_000_000);
      get(admin.describeShareGroups(List.of(group)).all()).get(group).members().stream()
          .filter(m -> !m.assignment().topicPartitions().isEmpty())
          .forEach(m -> missing.remove(m.clientId()));
    }
  }
}
