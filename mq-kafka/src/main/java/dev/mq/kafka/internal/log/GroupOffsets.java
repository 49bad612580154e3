package dev.mq.kafka.internal.log;

import static java.util.Objects.requireNonNull;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.Positions;
import dev.mq.kafka.internal.client.Futures;
import dev.mq.kafka.internal.client.KafkaClients;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.UnknownMemberIdException;

/** What groups committed, as seen from outside of them. Thread-safe. */
final class GroupOffsets {
  private final KafkaClients clients;

  GroupOffsets(KafkaClients clients) {
    this.clients = requireNonNull(clients, "clients");
  }

  /**
   * Returns what a group committed of a log; also of a group that has no member or is not there.
   */
  Map<TopicPartition, OffsetAndMetadata> of(KafkaLog log, String group) {
    Map<TopicPartition, OffsetAndMetadata> found = new HashMap<>();
    try {
      Futures.get(
              clients
                  .admin()
                  .listConsumerGroupOffsets(clients.names().group(group))
                  .partitionsToOffsetAndMetadata())
          .forEach(
              (p, at) -> {
                if (at != null && p.topic().equals(log.topic())) {
                  found.put(p, at);
                }
              });
    } catch (GroupIdNotFoundException e) {
      // It has committed nothing yet.
    }
    return found;
  }

  Positions committed(KafkaLog log, String group) {
    Map<Integer, Long> all = new TreeMap<>();
    of(log, group).forEach((p, at) -> all.put(p.partition(), at.offset()));
    return Positions.of(all);
  }

  /** Sets what a group committed, unless it has a member. */
  void reset(KafkaLog log, String group, Positions positions) {
    String note = new GroupBase(of(log, group).values(), log.partitions()).note();
    Map<TopicPartition, OffsetAndMetadata> wanted = new HashMap<>();
    positions
        .offsets()
        .forEach((p, offset) -> wanted.put(log.partition(p), new OffsetAndMetadata(offset, note)));
    if (wanted.isEmpty()) {
      return;
    }
    String id = clients.names().group(group);
    try {
      clients
          .topics()
          .untilKnown(
              log.topic(), () -> clients.admin().alterConsumerGroupOffsets(id, wanted).all());
    } catch (UnknownMemberIdException | GroupNotEmptyException e) {
      throw new MqException(
          ErrorCode.OWNED_BY_OTHER,
          "reset log:" + log.name() + " group " + group + ": the group has members",
          e);
    }
  }
}
