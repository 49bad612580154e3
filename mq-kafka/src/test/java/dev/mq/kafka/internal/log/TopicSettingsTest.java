package dev.mq.kafka.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.LogSpec;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TopicSettingsTest {
  private static LogSpec there(LogSpec spec) {
    return TopicSettings.spec(spec.name(), spec.partitions(), TopicSettings.of(spec)::get);
  }

  @Test
  void aSpecComesBackFromItsSettings() {
    LogSpec plain = LogSpec.of("log", 3);
    LogSpec time = plain.toBuilder().retention(Duration.ofMillis(1)).build();
    LogSpec size = plain.toBuilder().retentionBytes(1).build();
    LogSpec both = time.toBuilder().retentionBytes(Long.MAX_VALUE).build();
    assertThat(there(plain)).isEqualTo(plain);
    assertThat(there(time)).isEqualTo(time);
    assertThat(there(size)).isEqualTo(size);
    assertThat(there(both)).isEqualTo(both);
  }

  @Test
  void segmentsAreAQuarterOfWhatIsKeptWithinBounds() {
    LogSpec hour = LogSpec.builder("log").retention(Duration.ofHours(1)).build();
    assertThat(TopicSettings.of(hour)).containsEntry("segment.ms", "900000");
    LogSpec moment = LogSpec.builder("log").retention(Duration.ofMillis(5)).build();
    assertThat(TopicSettings.of(moment)).containsEntry("segment.ms", "1000");
    LogSpec year = LogSpec.builder("log").retention(Duration.ofDays(365)).build();
    assertThat(TopicSettings.of(year)).containsEntry("segment.ms", "604800000");
    LogSpec large = LogSpec.builder("log").retentionBytes(1L << 40).build();
    assertThat(TopicSettings.of(large)).containsEntry("segment.bytes", "1073741824");
    LogSpec small = LogSpec.builder("log").retentionBytes(1000).build();
    assertThat(TopicSettings.of(small)).containsEntry("segment.bytes", "2097152");
    assertThat(TopicSettings.of(LogSpec.of("log", 1)))
        .doesNotContainKeys("segment.ms", "segment.bytes");
  }

  @Test
  void aForeignTopicShowsWhatCanBeSeen() {
    assertThat(TopicSettings.spec("log", 2, s -> null)).isEqualTo(LogSpec.of("log", 2));
    Map<String, String> compacted =
        Map.of("cleanup.policy", "compact", "retention.ms", "1000", "retention.bytes", "5");
    assertThat(TopicSettings.spec("log", 2, compacted::get)).isEqualTo(LogSpec.of("log", 2));
    Map<String, String> nothing = Map.of("cleanup.policy", "delete", "retention.ms", "0");
    assertThat(TopicSettings.spec("log", 1, nothing::get).retention())
        .isEqualTo(Duration.ofMillis(1));
  }
}
