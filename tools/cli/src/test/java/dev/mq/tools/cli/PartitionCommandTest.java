package dev.mq.tools.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PartitionCommandTest {
  /** Keys and their murmur2 hashes, as Kafka's own tests have them. */
  private static final Map<String, Integer> KAFKA =
      new TreeMap<>(
          Map.of(
              "21", -973932308,
              "foobar", -790332482,
              "a-little-bit-long-string", -985981536,
              "a-little-bit-longer-string", -1486304829,
              "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971,
              "abc", 479470107));

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 6, 12, 100, 10_000, Integer.MAX_VALUE})
  void aKeyIsWhereKafkaPutsIt(int partitions) {
    String[] args = new String[KAFKA.size() + 3];
    args[0] = "partition";
    args[1] = "--partitions";
    args[2] = Integer.toString(partitions);
    System.arraycopy(KAFKA.keySet().toArray(), 0, args, 3, KAFKA.size());
    StringBuilder expected = new StringBuilder();
    KAFKA.forEach(
        (key, hash) ->
            expected
                .append(key)
                .append('\t')
                .append((hash & 0x7fffffff) % partitions)
                .append(System.lineSeparator()));
    Shell shell = Shell.run(args);
    assertThat(shell.out()).isEqualTo(expected.toString());
    assertThat(shell.err()).isEmpty();
    assertThat(shell.code()).isZero();
  }

  @Test
  void keysComeOutInTheOrderTheyWereGivenRepeatedOnesToo() {
    assertThat(Shell.run("partition", "--partitions", "1", "b", "a", "b").lines())
        .containsExactly("b\t0", "a\t0", "b\t0");
  }

  @Test
  void keysMayBeEmptyOrBeyondAscii() {
    assertThat(Shell.run("partition", "--partitions", "1", "", "münchen", "鍵", "--", "-x").lines())
        .containsExactly("\t0", "münchen\t0", "鍵\t0", "-x\t0");
  }
}
