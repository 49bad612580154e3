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
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A broker that is out of memory from its start takes no messages. */
final class RabbitBlockedIT extends RabbitFixture {
  @Override
  protected LocalRabbit.Builder launcher() {
    return LocalRabbit.builder().setting("vm_memory_high_watermark.absolute", "1MB");
  }

  @Test
  void refusesPublishesDefinitelyWhileOtherOperationsGoOn() {
    Broker broker = open(config().set("mq.rabbit.blocked-timeout", "200ms"));
    declareQueue(broker);
    Producer producer = broker.queue(name).producer().open();
    List<CompletableFuture<Receipt>> sent = new ArrayList<>();
    await()
        .atMost(LONG)
        .until(
            () -> {
              sent.add(producer.sendAsync(text("m")).toCompletableFuture());
              return broker.health().status() == Health.Status.DOWN;
            });
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

  @Test
  void aMessageThatTheBrokerStopsReadingHalfwayEndsItsConnection() {
    Broker broker =
        open(
            config()
                .set("mq.rabbit.blocked-timeout", "200ms")
                .set("mq.rabbit.confirm-timeout", "1s"));
    declareQueue(broker);
    Producer producer = broker.queue(name).producer().open();
    Message large = Message.builder().body(new byte[16 << 20]).build();
    CompletableFuture<MqException> outcome =
        CompletableFuture.supplyAsync(
            () -> failure(producer.sendAsync(large).toCompletableFuture()),
            r -> new Thread(r).start());
    assertThat(outcome)
        .succeedsWithin(Duration.ofSeconds(12))
        .satisfies(e -> assertThat(e.isDefinite()).as("%s", e).isFalse());
  }
}
