package dev.mq.tools.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The README says what the backends for real brokers can do. */
final class ReadmeIT {
  @Test
  void theCapabilityTableIsWhatRabbitDeclares() throws Exception {
    assertThat(CapabilityTable.written(2))
        .containsExactlyElementsOf(CapabilityTable.declared(RealBrokers.rabbit()));
  }

  @Test
  void theCapabilityTableIsWhatKafkaDeclares() throws Exception {
    assertThat(CapabilityTable.written(3))
        .containsExactlyElementsOf(CapabilityTable.declared(RealBrokers.kafka()));
  }
}
