package dev.mq.kafka.internal.queue;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Collection;
import org.apache.kafka.clients.consumer.MockShareConsumer;
import org.apache.kafka.common.errors.InterruptException;
import org.junit.jupiter.api.Test;

final class ShareClientTest {
  @Test
  void aClientThatCannotSubscribeIsClosed() {
    MockShareConsumer<byte[], byte[]> consumer =
        new MockShareConsumer<>() {
          @Override
          public synchronized void subscribe(Collection<String> topics) {
            throw new InterruptException("while joining");
          }
        };
    assertThatThrownBy(() -> new ShareClient(consumer, "mq.q.q.1", Duration.ofSeconds(1)))
        .isInstanceOf(InterruptException.class);
    assertThatThrownBy(consumer::subscription).hasMessageContaining("closed");
  }
}
