package dev.mq.kafka.internal.log;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.Position;
import dev.mq.kafka.internal.client.OfflineClients;
import dev.mq.spi.GroupListener;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LogMemberTest {
  private final OfflineClients offline = new OfflineClients();

  @AfterEach
  void close() {
    offline.close();
  }

  @Test
  void aMemberThatCannotSubscribeClosesItsClient() {
    KafkaLog log =
        new KafkaLog(offline.clients(), "log", KafkaLogTest.described(" ", Uuid.randomUuid()));
    LogOffsets offsets = new LogOffsets(offline.clients());
    StartPoint start = new StartPoint(offsets, log, new GroupBase(List.of(), 1), Position.begin());
    KafkaConsumer<byte[], byte[]> client =
        offline.clients().consumer("group", Map.of("group.id", "g"));
    LogConsumer consumer = new LogConsumer(client, log, offline.context().time());
    assertThatThrownBy(
            () ->
                new LogMember(
                    consumer,
                    "g",
                    offsets,
                    start,
                    offline.context().time(),
                    Duration.ofSeconds(1),
                    TOLD))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(client::assignment).hasMessageContaining("closed");
  }

  private static final GroupListener TOLD =
      new GroupListener() {
        @Override
        public void assigned(int[] partitions) {}

        @Override
        public void revoked(int[] partitions) {}

        @Override
        public void lost(int[] partitions) {}
      };
}
