package dev.mq.rabbit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mq.api.Broker;
import dev.mq.api.ErrorCode;
import dev.mq.api.GroupConsumer;
import dev.mq.api.Log;
import dev.mq.api.LogSpec;
import dev.mq.api.MqException;
import dev.mq.api.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Groups on a broker that ran out of memory when they had been made. */
final class RabbitBlockedGroupIT extends RabbitFixture {
  /** A request on a blocked connection is not read, and each would cost it a channel for good. */
  @Test
  void whatNeedsAChannelOfABlockedConnectionIsRefusedAtOnce() throws IOException {
    try (Broker before = open()) {
      before.declare(Topology.builder().log(LogSpec.of(name, 2)).build());
      before.log(name).group("g").start(r -> {}).close();
    }
    rabbit.stop();
    Path settings = rabbit.logFile().resolveSibling("rabbitmq.conf");
    Files.writeString(
        settings, "vm_memory_high_watermark.absolute = 1MB\n", StandardOpenOption.APPEND);
    rabbit.start();
    Broker broker = open(config().set("mq.rabbit.rpc-timeout", "2s"));
    Log log = broker.log(name);
    // Right after its start the broker does not have every stream yet.
    GroupConsumer joining =
        await()
            .atMost(LONG)
            .ignoreExceptionsInstanceOf(MqException.class)
            .until(() -> log.group("g").start(r -> {}), Objects::nonNull);
    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> log.committed("g"))
                    .hasMessageContaining("the broker takes no messages")
                    .isInstanceOfSatisfying(
                        MqException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.BACKPRESSURE)));
    assertThat(joining.assigned()).isEmpty();
  }
}
