package dev.mq.core.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Message;
import dev.mq.api.Partitioner;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartitionersTest {
  /** The first six are Kafka's own published vectors, the others were made with its client. */
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      value = {
        "21, -973932308",
        "foobar, -790332482",
        "a-little-bit-long-string, -985981536",
        "a-little-bit-longer-string, -1486304829",
        "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8, -58897971",
        "abc, 479470107",
        "'', 275646681",
        "a, -1563381124",
        "ab, 316155434",
        "\u00fc, 1419834458",
        "Gr\u00f6\u00dfe, -255045697",
        "\u65e5\u672c\u8a9e, 1431860170",
        "\ud83d\ude00, 131881617",
        "\u00e9\u00e8\u00ea-4711, -1991048600",
        "order-4711, 1584983611",
      })
  void hashesAsKafkasClientsDo(String key, int hash) {
    assertThat(Murmur2.hash(key)).isEqualTo(hash);
    assertThat(Murmur2.hash(key.getBytes(UTF_8))).isEqualTo(hash);
  }

  @Test
  void givesEqualKeysTheEqualPartitionWithinRange() {
    Partitioner one = Partitioners.byKey();
    Partitioner other = Partitioners.byKey();
    for (int i = 0; i < 10_000; i++) {
      Message m = Message.builder().key("key-" + i).build();
      int partitions = 1 + i % 50;
      int p = one.partition(m, partitions);
      assertThat(p).isBetween(0, partitions - 1).isEqualTo(other.partition(m, partitions));
      assertThat(p).isEqualTo((Murmur2.hash("key-" + i) & 0x7fffffff) % partitions);
    }
  }

  @Test
  void takesAnEmptyKeyForAKey() {
    Partitioner byKey = Partitioners.byKey();
    Message m = Message.builder().key("").build();
    for (int i = 0; i < 100; i++) {
      assertThat(byKey.partition(m, 6)).isEqualTo((Murmur2.hash("") & 0x7fffffff) % 6);
    }
  }

  @Test
  void spreadsRecordsWithoutAKeyEvenly() {
    Partitioner byKey = Partitioners.byKey();
    Message m = Message.builder().build();
    Map<Integer, Integer> counts = new HashMap<>();
    for (int i = 0; i < 16 * 7 * 10; i++) {
      counts.merge(byKey.partition(m, 7), 1, Integer::sum);
    }
    assertThat(counts).hasSize(7);
    assertThat(counts.values()).allMatch(n -> n >= 16 * 9 && n <= 16 * 11);
  }
}
