package dev.mq.kafka.internal.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.kafka.internal.client.OfflineClients;
import dev.mq.spi.TopologyLog.EndCallback;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class EndReaderTest {
  private final OfflineClients offline = new OfflineClients();
  private final EndReader reader =
      new EndReader(offline.clients(), new TopicPartition("topology", 0));

  @AfterEach
  void close() {
    reader.close();
    offline.close();
  }

  private MqException failure() throws Exception {
    CompletableFuture<MqException> failed = new CompletableFuture<>();
    reader.read(
        new EndCallback() {
          @Override
          public void end(long offset) {
            failed.completeExceptionally(new AssertionError("an end of nothing"));
          }

          @Override
          public void failed(Throwable error) {
            failed.complete((MqException) error);
          }
        });
    return failed.get(30, TimeUnit.SECONDS);
  }

  @Test
  void aReadForWhichNoClientCanBeMadeFailsAndTheNextOneTriesAgain() throws Exception {
    offline.context().set("mq.kafka.bootstrap-servers", "no address");
    reader.start();
    for (int i = 0; i < 2; i++) {
      MqException error = failure();
      assertThat(error.code()).isEqualTo(ErrorCode.CONFIG);
      assertThat(error.isDefinite()).isTrue();
    }
    offline.context().set("mq.kafka.bootstrap-servers", OfflineClients.NOBODY);
    MqException error = failure();
    assertThat(error.code()).as("asked the cluster").isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(error.isDefinite()).isTrue();
  }
}
