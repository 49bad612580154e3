package dev.mq.tools.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The demo on real brokers, which it starts and ends itself. */
final class DemoIT {
  @ParameterizedTest
  @ValueSource(strings = {"--backend rabbit", "--backend kafka"})
  void endsWell(String options) {
    assertEndsWell(options);
  }

  static void assertEndsWell(String options) {
    Shell shell = Shell.run(("demo " + options).split(" "));
    assertThat(shell.code()).as(shell.out() + shell.err()).isZero();
    assertThat(shell.lines()).last().isEqualTo("demo: OK");
    assertThat(shell.err()).isEmpty();
  }
}
