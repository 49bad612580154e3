package dev.mq.kafka.internal.queue;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

final class HeldRecordsTest {
  private static final TopicPartition PARTITION = new TopicPartition("q", 0);

  private final HeldRecords held = new HeldRecords(2);

  private static ConsumerRecords<byte[], byte[]> polled(long from, int count) {
    List<ConsumerRecord<byte[], byte[]>> records =
        LongStream.range(from, from + count)
            .mapToObj(offset -> new ConsumerRecord<>("q", 0, offset, new byte[0], new byte[0]))
            .toList();
    return new ConsumerRecords<>(Map.of(PARTITION, records), Map.of());
  }

  private long handOut() {
    return requireNonNull(held.handOut()).offset();
  }

  private long removed(long token) {
    ConsumerRecord<byte[], byte[]> r = held.remove(token);
    return r == null ? -1 : r.offset();
  }

  @Test
  void aTokenNamesItsRecordUntilThatIsTakenOut() {
    held.take(polled(10, 2));
    long first = held.nextToken();
    assertThat(handOut()).isEqualTo(10);
    assertThat(removed(held.nextToken())).as("not handed out").isEqualTo(-1);
    long second = held.nextToken();
    assertThat(handOut()).isEqualTo(11);
    assertThat(removed(second)).isEqualTo(11);
    assertThat(removed(second)).isEqualTo(-1);
    assertThat(removed(first)).isEqualTo(10);
    assertThat(held.isEmpty()).isTrue();
    held.take(polled(12, 2));
    handOut();
    assertThat(removed(first)).as("of an earlier poll").isEqualTo(-1);
  }

  @Test
  void morePolledThanWasAskedForIsHeldLikeTheRest() {
    held.take(polled(10, 5));
    assertThat(held.count()).isEqualTo(5);
    assertThat(held.waiting()).isEqualTo(5);
    List<Long> offsets = new ArrayList<>();
    List<Long> tokens = new ArrayList<>();
    while (!held.allHandedOut()) {
      tokens.add(held.nextToken());
      offsets.add(handOut());
    }
    assertThat(offsets).containsExactly(10L, 11L, 12L, 13L, 14L);
    assertThat(tokens.stream().map(this::removed)).isEqualTo(offsets);
    assertThat(held.isEmpty()).isTrue();
  }

  @Test
  void whatWasNotHandedOutIsDroppedApart() {
    held.take(polled(10, 2));
    long token = held.nextToken();
    handOut();
    List<Long> dropped = new ArrayList<>();
    held.dropRest(r -> dropped.add(r.offset()));
    assertThat(dropped).containsExactly(11L);
    assertThat(held.allHandedOut()).isTrue();
    assertThat(held.clear()).containsExactly(token);
    assertThat(held.isEmpty()).isTrue();
  }
}
