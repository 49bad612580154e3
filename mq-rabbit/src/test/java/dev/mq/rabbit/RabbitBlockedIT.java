package dev.mq.rabbit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mq.api.Broker;
import dev.mq.api.ErrorCode;
import dev.mq.api.Health;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Producer;
import dev.mq.api.Receipt;
import dev.mq.tools.brokers.LocalRabbit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A broker that is out of memory from its start takes no messages. */
final class RabbitBlockedIT extends RabbitFixture {
  /** More than the buffers of two sockets hold, which may grow to tens of megabytes. */
  private static final int LARGE = 80 << 20;

  @Override
  protected LocalRabbit.Builder launcher() {
    return LocalRabbit.builder().setting("vm_memory_high_watermark.absolute", "1MB");
  }

  @Test
  void refusesPublishesDefinitelyWhileOtherOperationsGoOn() {
    Broker broker = open(config().set("mq.rabbit.blocked-timeout", "200ms"));
    declareQueue(broker);
    Producer producer = broker.queue(name).producer().open();
    List<CompletableFuture<Receipt>> sent = publishUntilBlocked(broker, producer);
    assertThat(broker.health().detail()).contains("memory");
    MqException refused = failure(producer.sendAsync(text("refused")).toCompletableFuture());
    assertThat(refused.code()).isEqualTo(ErrorCode.BACKPRESSURE);
    assertThat(refused.isDefinite()).isTrue();
    assertThat(broker.queue(name).depth()).isZero();
    long t0 = System.nanoTime();
    boolean unused = broker.close(Duration.ofSeconds(1));
    assertThat(millisSince(t0)).isLessThan(8_000);
    for (CompletableFuture<Receipt> s : sent) {
      MqException e = failure(s);
      assertThat(e == null || !e.isDefinite() || e.code() == ErrorCode.BACKPRESSURE).isTrue();
    }
  }

  private static List<CompletableFuture<Receipt>> publishUntilBlocked(
      Broker broker, Producer producer) {
    List<CompletableFuture<Receipt>> sent = new ArrayList<>();
    await()
        .atMost(LONG)
        .until(
            () -> {
              sent.add(producer.sendAsync(text("m")).toCompletableFuture());
              return broker.health().status() == Health.Status.DOWN;
            });
    return sent;
  }

  @Test
  void aMessageThatTheBrokerStopsReadingHalfwayEndsItsConnection() {
    Broker broker =
        open(
            config()
                .set("mq.rabbit.blocked-timeout", "200ms")
                .set("mq.rabbit.confirm-timeout", "1s")
                .set("mq.rabbit.max-body-bytes", Integer.toString(LARGE)));
    declareQueue(broker);
    Broker before = open();
    publishUntilBlocked(before, before.queue(name).producer().open());
    Producer producer = broker.queue(name).producer().maxInFlightBytes(2L * LARGE).open();
    Message large = Message.builder().body(new byte[LARGE]).build();
    CompletableFuture<MqException> outcome =
        CompletableFuture.supplyAsync(
            () -> failure(producer.sendAsync(large).toCompletableFuture()),
            r -> new Thread(r).start());
    assertThat(outcome)
        .as(RabbitBlockedIT::stacks)
        .succeedsWithin(Duration.ofSeconds(12))
        .satisfies(e -> assertThat(e.isDefinite()).as("%s", e).isFalse());
  }

  private static String stacks() {
    return Thread.getAllStackTraces().entrySet().stream()
        .map(e -> e.getKey() + " " + Arrays.toString(e.getValue()))
        .collect(Collectors.joining("\n"));
  }
}
