package dev.mq.rabbit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mq.api.Broker;
import dev.mq.api.ErrorCode;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Producer;
import dev.mq.api.Receipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * A socket that is full towards a broker that does not read holds nobody for longer than it has to.
 */
final class RabbitFullSocketIT extends RabbitFixture {
  private static final int MEGABYTE = 1 << 20;

  private Producer wide(Broker broker) {
    return broker.queue(name).producer().maxInFlightBytes(128L * MEGABYTE).open();
  }

  /** More than the buffers of two sockets hold, which may grow to tens of megabytes. */
  private static List<CompletableFuture<Receipt>> fill(Producer producer) {
    Message large = Message.builder().body(new byte[MEGABYTE]).build();
    List<CompletableFuture<Receipt>> sent = new ArrayList<>();
    for (int i = 0; i < 80; i++) {
      sent.add(producer.sendAsync(large).toCompletableFuture());
    }
    return sent;
  }

  /** Another producer of the broker is told at once that nothing can be published. */
  private void isRefusedDefinitely(Producer other) {
    MqException e = failure(other.sendAsync(text("refused")).toCompletableFuture());
    assertThat(e).isNotNull();
    assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(e.isDefinite()).isTrue();
  }

  /** Whether a thread stands in a write to a socket. */
  private static boolean isWriting() {
    return Thread.getAllStackTraces().values().stream()
        .anyMatch(
            stack ->
                Arrays.stream(stack).anyMatch(f -> f.getMethodName().equals("basicPublish"))
                    && Arrays.stream(stack).anyMatch(f -> f.getMethodName().equals("park")));
  }

  private static long connections() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().startsWith("AMQP Connection"))
        .count();
  }

  @Test
  void aFrozenBrokerIsNoticedByItsHeartbeats() {
    Broker broker = open(config().set("mq.rabbit.heartbeat", "1s"));
    declareQueue(broker);
    Producer producer = wide(broker);
    Producer other = broker.queue(name).producer().open();
    producer.send(text("first"));
    other.send(text("first"));
    rabbit.pause();
    List<CompletableFuture<Receipt>> sent = fill(producer);
    // Three seconds of heartbeats and a moment; a TCP connection alone takes minutes.
    await()
        .atMost(Duration.ofSeconds(12))
        .untilAsserted(() -> assertThat(sent).allMatch(CompletableFuture::isDone));
    assertThat(sent).allMatch(s -> failure(s) != null);
    isRefusedDefinitely(other);
    rabbit.resume();
    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThat(failure(other.sendAsync(text("back")).toCompletableFuture())).isNull());
  }

  @Test
  void aBrokerIsClosedInTime() {
    Broker broker = open();
    declareQueue(broker);
    Producer producer = wide(broker);
    producer.send(text("first"));
    rabbit.pause();
    CompletableFuture<List<CompletableFuture<Receipt>>> filling =
        CompletableFuture.supplyAsync(() -> fill(producer), r -> new Thread(r).start());
    await().atMost(LONG).until(RabbitFullSocketIT::isWriting);
    long t0 = System.nanoTime();
    boolean unused = broker.close(Duration.ofSeconds(1));
    assertThat(millisSince(t0)).isLessThan(8_000);
    await().atMost(Duration.ofSeconds(10)).until(filling::isDone);
    await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThat(connections()).isZero());
  }
}
