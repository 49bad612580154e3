package dev.mq.kafka.spike;

import dev.mq.api.LogSpec;
import dev.mq.api.NotFoundException;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.kafka.spike.KafkaSpike.Topic;
import dev.mq.spi.BackendLog;
import dev.mq.spi.GroupListener;
import dev.mq.spi.GroupMember;
import dev.mq.spi.LogDriver;
import dev.mq.spi.RecordSource;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Logs: one topic each. */
record SpikeLogs(KafkaSpike session) implements LogDriver {
  private static String topic(String name) {
    return "mq.l." + name;
  }

  private static List<TopicPartition> partitions(BackendLog log) {
    return KafkaSpike.partitions(((Topic) log).topic, log.partitions());
  }

  @Override
  public BackendLog create(LogSpec spec) {
    session.createTopic(topic(spec.name()), spec.partitions());
    return open(spec.name());
  }

  @Override
  public Optional<LogSpec> describe(String name) {
    try {
      return Optional.of(LogSpec.of(name, open(name).partitions()));
    } catch (NotFoundException e) {
      return Optional.empty();
    }
  }

  @Override
  public BackendLog open(String name) {
    return session.open(name, topic(name));
  }

  @Override
  public void delete(String name) {
    try {
      KafkaSpike.get(session.admin.deleteTopics(List.of(topic(name))).all());
    } catch (UnknownTopicOrPartitionException e) {
      // It was not there.
    }
  }

  @Override
  public void addPartitions(BackendLog log, int total) {
    Topic topic = (Topic) log;
    KafkaSpike.get(session.admin.createPartitions(Map.of(topic.topic, NewPartitions.increaseTo(total))).all());
    topic.partitions = total;
  }

  private Positions offsets(BackendLog log, OffsetSpec spec) {
    Map<Integer, Long> found = new HashMap<>();
    KafkaSpike.get(session.listOffsets(partitions(log), spec)).forEach((p, i) -> found.put(p.partition(), i.offset()));
    return Positions.of(found);
  }

  @Override
  public Positions begin(BackendLog log) {
    return offsets(log, OffsetSpec.earliest());
  }

  @Override
  public Positions end(BackendLog log) {
    return offsets(log, OffsetSpec.latest());
  }

  @Override
  public Positions at(BackendLog log, Instant time) {
    Map<Integer, Long> found = new HashMap<>(end(log).offsets());
    // What has no record at or after the time is answered with -1.
    KafkaSpike.get(session.listOffsets(partitions(log), OffsetSpec.forTimestamp(time.toEpochMilli())))
        .forEach((p, info) -> found.computeIfPresent(p.partition(), (k, end) -> info.offset() < 0 ? end : info.offset()));
    return Positions.of(found);
  }

  @Override
  public Positions committed(BackendLog log, String group) {
    Map<Integer, Long> found = new HashMap<>();
    KafkaSpike.get(session.admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
        .forEach((p, o) -> found.put(p.partition(), o.offset()));
    return Positions.of(found);
  }

  @Override
  public void reset(BackendLog log, String group, Positions positions) {
    KafkaSpike.get(session.admin.alterConsumerGroupOffsets(group, committable(((Topic) log).topic, positions)).all());
  }

  static Map<TopicPartition, OffsetAndMetadata> committable(String topic, Positions positions) {
    return positions.offsets().entrySet().stream()
        .collect(Collectors.toMap(e -> new TopicPartition(topic, e.getKey()), e -> new OffsetAndMetadata(e.getValue())));
  }

  @Override
  public RecordSource reader(BackendLog log) {
    return new SpikeSource(session, ((Topic) log).topic, Map.of(), null);
  }

  @Override
  public GroupMember join(BackendLog log, String group, Position start, GroupListener listener) {
    String reset = start.equals(Position.end()) ? "latest" : "earliest";
    return new SpikeSource(
        session,
        ((Topic) log).topic,
        Map.of("group.id", group, "group.protocol", "consumer", "auto.offset.reset", reset),
        listener);
  }
}
