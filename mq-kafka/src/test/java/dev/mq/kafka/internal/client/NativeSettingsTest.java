package dev.mq.kafka.internal.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.ConfigException;
import dev.mq.kafka.internal.client.NativeSettings.Kind;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NativeSettingsTest {
  @Test
  void aSettingGoesToTheClientsThatKnowIt() {
    NativeSettings s = new NativeSettings(Map.of("linger.ms", "5", "client.rack", "a"));
    assertThat(s.of(Kind.PRODUCER)).containsEntry("linger.ms", "5");
    assertThat(s.of(Kind.CONSUMER)).containsOnly(Map.entry("client.rack", "a"));
    assertThat(s.of(Kind.ADMIN)).isEmpty();
  }

  @Test
  void aSettingForOneKindWins() {
    NativeSettings s =
        new NativeSettings(Map.of("retry.backoff.ms", "50", "consumer.retry.backoff.ms", "70"));
    assertThat(s.of(Kind.PRODUCER)).containsEntry("retry.backoff.ms", "50");
    assertThat(s.of(Kind.CONSUMER)).containsEntry("retry.backoff.ms", "70");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "acks",
        "producer.acks",
        "enable.idempotence",
        "retries",
        "key.serializer",
        "value.deserializer",
        "group.id",
        "enable.auto.commit",
        "isolation.level",
        "share.acknowledgement.mode",
        "max.poll.records"
      })
  void whatWouldBreakAGuaranteeIsRefusedWithTheReason(String name) {
    assertThatThrownBy(() -> new NativeSettings(Map.of(name, "1")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("mq.kafka.native." + name + " cannot be set: ");
  }

  @Test
  void moreThanFiveInFlightWouldBreakTheOrder() {
    String name = "max.in.flight.requests.per.connection";
    assertThat(new NativeSettings(Map.of(name, "5")).of(Kind.PRODUCER)).containsKey(name);
    assertThatThrownBy(() -> new NativeSettings(Map.of(name, "6")))
        .isInstanceOf(ConfigException.class);
  }

  @Test
  void whatNoClientKnowsIsRefused() {
    assertThatThrownBy(() -> new NativeSettings(Map.of("linger", "5")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("no such setting");
  }

  @Test
  void noKeyEndsInPortOrHost() {
    assertThat(KafkaKeys.ALL)
        .allSatisfy(
            k -> assertThat(k.name()).startsWith("mq.kafka.").doesNotMatch(".*(port|host)"));
  }
}
