package dev.mq.kafka.internal.log;

import static java.util.Objects.requireNonNull;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.Positions;
import dev.mq.kafka.internal.client.Futures;
import dev.mq.kafka.internal.client.KafkaClients;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * Asks the leaders of a log for offsets. The end is the high watermark: it has passed a record
 * before the record's append is confirmed, and it counts records of transactions that are open.
 * Thread-safe.
 */
final class LogOffsets {
  private final KafkaClients clients;

  LogOffsets(KafkaClients clients) {
    this.clients = requireNonNull(clients, "clients");
  }

  Positions begin(KafkaLog log) {
    return positions(ask(log, OffsetSpec.earliest()));
  }

  Positions end(KafkaLog log) {
    return positions(ask(log, OffsetSpec.latest()));
  }

  /** Returns the first offset with a timestamp at or after a time, or the end. */
  Positions at(KafkaLog log, Instant time) {
    // The end first: a record that comes between the two questions is not passed over.
    Positions end = end(log);
    Map<Integer, Long> found = new TreeMap<>(end.offsets());
    Futures.get(ask(log, OffsetSpec.forTimestamp(millis(time))).all())
        .forEach(
            (p, at) -> {
              if (at.offset() >= 0) {
                found.put(p.partition(), at.offset());
              }
            });
    return Positions.of(found);
  }

  /** Timestamps below zero mean something else to a broker. */
  private static long millis(Instant time) {
    return time.isBefore(Instant.EPOCH) ? 0 : time.toEpochMilli();
  }

  /** Throws {@code OUT_OF_RANGE} unless a partition can be read from an offset on. */
  void check(KafkaLog log, int partition, long offset) {
    String what = "seek log:" + log.name() + " partition " + partition + ": ";
    if (partition < 0 || partition >= log.partitions()) {
      throw new MqException(ErrorCode.OUT_OF_RANGE, what + "there is no such partition");
    }
    TopicPartition p = log.partition(partition);
    var first = clients.admin().listOffsets(Map.of(p, OffsetSpec.earliest())).partitionResult(p);
    var last = clients.admin().listOffsets(Map.of(p, OffsetSpec.latest())).partitionResult(p);
    long begin = Futures.get(first).offset();
    long end = Futures.get(last).offset();
    if (offset < begin || offset > end) {
      throw new MqException(
          ErrorCode.OUT_OF_RANGE, what + "offset " + offset + " is not in " + begin + " to " + end);
    }
  }

  private ListOffsetsResult ask(KafkaLog log, OffsetSpec spec) {
    Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
    IntStream.range(0, log.partitions()).forEach(p -> wanted.put(log.partition(p), spec));
    return clients.admin().listOffsets(wanted);
  }

  private static Positions positions(ListOffsetsResult answer) {
    Map<Integer, Long> all = new TreeMap<>();
    Map<TopicPartition, ListOffsetsResultInfo> found = Futures.get(answer.all());
    found.forEach((p, at) -> all.put(p.partition(), at.offset()));
    return Positions.of(all);
  }
}
