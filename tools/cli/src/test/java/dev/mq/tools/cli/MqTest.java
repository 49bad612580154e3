package dev.mq.tools.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MqTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "                              | mq: which command?",
        "nosuch                        | mq: Unmatched argument at index 0: 'nosuch'",
        "--nosuch                      | mq: Unknown option: '--nosuch'",
        "route --nosuch                | mq route: Unknown option: '--nosuch'",
        "route --file                  | mq route: Missing required parameter for option '--file'",
        "partition a                   | mq partition: Missing required option: '--partitions=N'",
        "partition --partitions 3      | mq partition: Missing required parameter: 'KEY'",
        "partition --partitions 0 a    | mq partition: --partitions must be 1 or more, is 0",
        "partition --partitions -1 a   | mq partition: --partitions must be 1 or more, is -1",
        "partition --partitions many a | mq partition: Invalid value for option '--partitions'",
        "demo --sabotage nothing       | mq demo: Invalid value for option '--sabotage'",
        "demo --events inmemory        | mq demo: --events and --tasks go together",
        "demo --orders /no/such/file   | mq demo: orders file /no/such/file does not exist",
        "demo --backend no-such        | mq demo: open: mq.backend is 'no-such'",
      })
  void aCommandThatMakesNoSenseIsOneLineOnTheErrorStreamAndCodeTwo(String line, String complaint) {
    Shell shell = line == null ? Shell.run() : Shell.run(line.split(" "));
    assertThat(shell.err()).startsWith(complaint).hasLineCount(1);
    assertThat(shell.out()).isEmpty();
    assertThat(shell.code()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "help", "demo --help", "route --help", "help partition"})
  void helpIsGivenOnTheOutputStream(String line) {
    Shell shell = Shell.run(line.split(" "));
    assertThat(shell.code()).isZero();
    assertThat(shell.out()).startsWith("Usage: mq");
    assertThat(shell.err()).isEmpty();
  }

  @Test
  void theHelpListsEveryCommand() {
    assertThat(Shell.run("help").out()).contains("demo", "route", "partition");
  }
}
