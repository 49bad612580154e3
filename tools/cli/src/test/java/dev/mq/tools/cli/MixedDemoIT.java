package dev.mq.tools.cli;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The demo with its log on one real broker and its queues on another. */
final class MixedDemoIT {
  @ParameterizedTest
  @ValueSource(strings = {"--events kafka --tasks rabbit", "--events rabbit --tasks kafka"})
  void endsWell(String options) {
    DemoIT.assertEndsWell(options);
  }
}
