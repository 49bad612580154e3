package dev.mq.kafka.spike;

import dev.mq.api.QueueSpec;
import dev.mq.kafka.spike.KafkaSpike.Topic;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.QueueDriver;
import dev.mq.spi.QueueSubscription;
import dev.mq.spi.QueueTraits;
import dev.mq.spi.SubscribeOptions;
import dev.mq.spi.SubscriptionListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Queues: per incarnation one topic of one partition and one share group of the same name. */
record SpikeQueues(KafkaSpike session) implements QueueDriver {
  private static final int MOST_LANES = 16;

  private static String topic(String name, String incarnation) {
    return "mq.q." + name + "." + incarnation;
  }

  @Override
  public QueueTraits traits() {
    return new QueueTraits(false);
  }

  @Override
  public BackendQueue create(QueueSpec spec, String incarnation) {
    String topic = topic(spec.name(), incarnation);
    if (session.createTopic(topic, 1)) {
      session.configureGroup(topic, "share.auto.offset.reset", "earliest");
      session.configureGroup(topic, "share.delivery.count.limit", "25");
    }
    // Harmless for a group that has an offset and members: refused then, as it is not empty.
    session.retry(() -> session.admin.alterShareGroupOffsets(topic, Map.of(new TopicPartition(topic, 0), 0L)).all());
    return new Topic(spec.name(), topic, 1);
  }

  @Override
  public BackendQueue open(String name, String incarnation) {
    return session.open(name, topic(name, incarnation));
  }

  @Override
  public void delete(String name, String incarnation) {
    String topic = topic(name, incarnation);
    try {
      KafkaSpike.get(session.admin.deleteShareGroups(List.of(topic)).all());
      KafkaSpike.get(session.admin.deleteTopics(List.of(topic)).all());
    } catch (GroupIdNotFoundException | UnknownTopicOrPartitionException e) {
      // It was not there.
    }
  }

  @Override
  public long depth(BackendQueue queue) {
    String topic = ((Topic) queue).topic;
    var offsets = session.admin.listShareGroupOffsets(Map.of(topic, new ListShareGroupOffsetsSpec()));
    return KafkaSpike.get(offsets.partitionsToOffsetInfo(topic)).get(new TopicPartition(topic, 0)).lag().orElse(0L);
  }

  @Override
  public long purge(BackendQueue queue) {
    long waiting = depth(queue);
    TopicPartition partition = new TopicPartition(((Topic) queue).topic, 0);
    KafkaSpike.get(session.admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(-1))).all());
    return waiting;
  }

  @Override
  public QueueSubscription subscribe(BackendQueue queue, SubscribeOptions options, SubscriptionListener listener) {
    String topic = ((Topic) queue).topic;
    int count = options.concurrency() == 1 ? 1 : Math.min(Math.min(options.concurrency(), options.prefetch()), MOST_LANES);
    List<ShareLane> lanes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int quota = options.prefetch() / count + (i < options.prefetch() % count ? 1 : 0);
      lanes.add(new ShareLane(session, topic, quota, options.settleOnReceive(), listener));
    }
    lanes.forEach(ShareLane::prime);
    session.awaitMembers(topic, lanes.stream().map(lane -> lane.clientId).toList());
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
}
