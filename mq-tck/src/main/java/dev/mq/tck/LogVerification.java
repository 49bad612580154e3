package dev.mq.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Capability;
import dev.mq.api.Log;
import dev.mq.api.LogReader;
import dev.mq.api.LogRecord;
import dev.mq.api.Message;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.api.Producer;
import dev.mq.api.Receipt;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Appending and reading: offsets, partitions, times. */
abstract class LogVerification extends LogReading {
  private static final int PARTITIONS = 3;

  @Guarantee({"L-01", "L-04"})
  @Test
  void everyRecordIsWhereItsReceiptSays() {
    kit().needs(Capability.APPEND_OFFSET);
    String log = kit().log("log", PARTITIONS);
    List<Receipt> receipts = append(log, 0, 60);
    List<At> expected = new ArrayList<>();
    for (int i = 0; i < receipts.size(); i++) {
      Receipt r = receipts.get(i);
      expected.add(new At(r.partition().orElse(-1), r.offset().orElse(-1), "r" + i));
    }
    List<At> read = readAll(log).values().stream().flatMap(List::stream).toList();
    assertThat(read)
        .as("read, compared with the receipts")
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @Guarantee({"L-04", "L-05", "L-09"})
  @Test
  void twoReadsFromTheBeginningAreEqualCompleteAndInOrder() {
    String log = kit().log("log", PARTITIONS);
    append(log, 0, 90);
    Map<Integer, List<At>> first = readAll(log);
    assertThat(readAll(log)).as("second read of an unchanged log").isEqualTo(first);
    List<String> texts = first.values().stream().flatMap(List::stream).map(At::text).toList();
    assertThat(texts)
        .as("read of 90 appended")
        .containsExactlyInAnyOrderElementsOf(numbered("r", 90));
    first.forEach(
        (partition, list) -> {
          assertThat(list.stream().map(At::offset))
              .as("offsets")
              .isSorted()
              .doesNotHaveDuplicates();
          assertThat(list.stream().map(at -> Integer.parseInt(at.text().substring(1))))
              .as("append order in partition %d", partition)
              .isSorted();
        });
  }

  @Guarantee("L-11")
  @Test
  void equalKeysGoToThePartitionThatKafkaGivesThem() {
    // Murmur2 as Kafka's clients publish it in their own tests.
    Map<String, Integer> hashes =
        Map.of(
            "21", -973932308,
            "foobar", -790332482,
            "a-little-bit-long-string", -985981536,
            "a-little-bit-longer-string", -1486304829,
            "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971,
            "abc", 479470107);
    int partitions = 5;
    String log = kit().log("log", partitions);
    try (Producer p = a().log(log).producer().open()) {
      hashes.keySet().forEach(key -> p.send(Message.builder().key(key).body(key).build()));
    }
    for (LogRecord<byte[]> r : read(b().log(log).reader())) {
      int hash = hashes.getOrDefault(r.message().text(), 0);
      assertThat(r.partition())
          .as("partition of key '%s' of %d", r.message().key(), partitions)
          .isEqualTo((hash & 0x7fffffff) % partitions);
    }
  }

  @Guarantee({"L-11", "L-01"})
  @Test
  void aPartitionerOfTheProgramDecides() {
    String log = kit().log("log", PARTITIONS);
    try (Producer p =
        a().log(log)
            .producer()
            .partitioner((m, n) -> Integer.parseInt(m.text().substring(1)) % n)
            .open()) {
      for (int i = 0; i < 12; i++) {
        Receipt receipt = p.send(keyed(i));
        assertThat(receipt.partition()).as("receipt of r%d", i).hasValue(i % PARTITIONS);
      }
    }
    readAll(log)
        .forEach(
            (partition, list) ->
                assertThat(list)
                    .as("partition %d", partition)
                    .allSatisfy(
                        at ->
                            assertThat(Integer.parseInt(at.text().substring(1)) % PARTITIONS)
                                .isEqualTo(partition)));
  }

  @Guarantee("L-06")
  @Test
  void readingFromAnOffsetStartsExactlyThere() {
    String log = kit().log("log", 1);
    append(log, 0, 50);
    List<At> all = readAll(log).getOrDefault(0, List.of());
    try (LogReader<byte[]> seeking = b().log(log).reader().open()) {
      for (int i = 0; i < 8; i++) {
        int place = kit().random().nextInt(all.size());
        At wanted = all.get(place);
        assertThat(
                read(b().log(log).reader().from(Positions.of(0, wanted.offset()))).stream()
                    .map(At::of))
            .as("reader from offset %d, seed %d", wanted.offset(), kit().seed())
            .containsExactlyElementsOf(all.subList(place, all.size()));
        seeking.seek(0, wanted.offset());
        assertThat(seeking.poll(Timing.patience()).stream().map(At::of).findFirst())
            .as("first record after a seek to %d, seed %d", wanted.offset(), kit().seed())
            .hasValue(wanted);
      }
    }
  }

  @Guarantee("L-08")
  @Test
  void readingFromATimeStartsAtTheFirstRecordNotOlder() {
    kit().needs(Capability.TIMESTAMP_SEEK);
    String name = kit().log("log", 1);
    append(name, 0, 30);
    Log log = b().log(name);
    List<LogRecord<byte[]>> all = read(log.reader());
    assertThat(all.stream().map(LogRecord::timestamp)).as("timestamps").isSorted();
    Instant last = all.get(all.size() - 1).timestamp();
    List<Instant> times =
        List.of(
            all.get(0).timestamp().minusSeconds(60),
            all.get(0).timestamp(),
            all.get(11).timestamp(),
            all.get(23).timestamp(),
            last);
    for (Instant time : times) {
      LogRecord<byte[]> wanted =
          all.stream().filter(r -> !r.timestamp().isBefore(time)).findFirst().orElseThrow();
      assertThat(log.at(time).offset(0)).as("position at %s", time).hasValue(wanted.offset());
      assertThat(read(log.reader().from(Position.at(time))).stream().map(At::of).findFirst())
          .as("first record from %s", time)
          .hasValue(At.of(wanted));
    }
    assertThat(log.at(last.plusSeconds(3600))).as("after the last record").isEqualTo(log.end());
  }

  @Guarantee("L-07")
  @Test
  void theEndIsBehindEverythingAppendedBeforeAndTheBeginningBeforeAll() {
    String name = kit().log("log", PARTITIONS);
    append(name, 0, 20);
    Log log = b().log(name);
    Positions end = log.end();
    append(name, 20, 40);
    assertThat(texts(read(log.reader().to(end))))
        .as("read up to the end as it was after r19")
        .containsExactlyInAnyOrderElementsOf(numbered("r", 20));
    assertThat(texts(read(log.reader().from(end))))
        .as("read from the end as it was after r19")
        .containsExactlyInAnyOrderElementsOf(numbered("r", 40).subList(20, 40));
    assertThat(texts(read(log.reader().from(log.begin())))).as("from the beginning").hasSize(40);
    assertThat(read(log.reader().from(Position.end()))).as("from now on, up to now").isEmpty();
  }

  @Guarantee("P-09")
  @Test
  void recordsArriveEqualAlsoTombstones() {
    String name = kit().log("log", 1);
    Message full =
        Message.builder()
            .id(kit().name("id"))
            .key("k ü")
            .body(new byte[] {0, -1, 10})
            .header("n", 5)
            .header("d", 5.0)
            .headerNull("null")
            .contentType("a/b")
            .timestamp(Instant.ofEpochMilli(1_700_000_000_123L))
            .build();
    Message tombstone = Message.builder().key("k ü").noBody().build();
    try (Producer p = a().log(name).producer().open()) {
      p.send(full);
      p.send(tombstone);
      p.send(Message.builder().key("k ü").body("").build());
    }
    List<LogRecord<byte[]>> all = read(b().log(name).reader());
    assertThat(all).as("records").hasSize(3);
    Message first = all.get(0).message();
    assertThat(first.id()).isEqualTo(full.id());
    assertThat(first.key()).isEqualTo(full.key());
    assertThat(first.body()).isEqualTo(full.body());
    assertThat(first.headers()).as("headers of %s", first).isEqualTo(full.headers());
    assertThat(first.contentType()).isEqualTo(full.contentType());
    assertThat(first.timestamp()).isEqualTo(full.timestamp());
    assertThat(all.get(1).message().hasBody()).as("a tombstone has no body").isFalse();
    assertThat(all.get(2).message().hasBody()).as("an empty body is a body").isTrue();
  }
}
