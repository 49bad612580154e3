package dev.mq.kafka.internal.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.kafka.internal.client.OfflineClients;
import dev.mq.spi.TopologyLog.EndCallback;
import dev.mq.spi.TopologyLog.Follower;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class KafkaTopologyLogTest {
  private final OfflineClients offline = new OfflineClients();
  private final KafkaTopologyLog log = new KafkaTopologyLog(offline.clients());

  @AfterEach
  void close() {
    offline.close();
  }

  private static void refused(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            MqException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.CLOSED);
              assertThat(e.isDefinite()).isTrue();
            });
  }

  @Test
  void aClosedLogTakesNoCommand() {
    log.close(Duration.ZERO);
    refused(() -> log.append(new byte[1]));
  }

  @Test
  void aClosedLogIsNotFollowed() {
    log.close(Duration.ZERO);
    refused(
        () ->
            log.follow(
                new Follower() {
                  @Override
                  public void command(long offset, byte[] command) {}

                  @Override
                  public void reached(long offset) {}
                }));
  }

  @Test
  void aClosedLogTellsNoEnd() throws Exception {
    log.close(Duration.ZERO);
    Throwable error = endFailure();
    refused(
        () -> {
          throw error;
        });
  }

  @Test
  void aReadOfTheEndWhoseTopicCannotBeMadeIsAnsweredToo() throws Exception {
    assertThat(endFailure())
        .isInstanceOfSatisfying(
            MqException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
              assertThat(e.isDefinite()).isTrue();
            });
  }

  private Throwable endFailure() throws Exception {
    CompletableFuture<Throwable> failed = new CompletableFuture<>();
    log.readEnd(
        new EndCallback() {
          @Override
          public void end(long offset) {}

          @Override
          public void failed(Throwable error) {
            failed.complete(error);
          }
        });
    return failed.get(10, TimeUnit.SECONDS);
  }
}
