package dev.mq.rabbit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Broker;
import dev.mq.api.Consumer;
import dev.mq.api.Producer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Pausing and resuming use the channel on which settlements are on their way. */
final class RabbitPauseIT extends RabbitFixture {
  private static final int MESSAGES = 4_000;

  @Test
  void pausesWhileSettlementsAreOnTheirWay() throws Exception {
    Broker broker = open(config().set("mq.rabbit.rpc-timeout", "60s"));
    declareQueue(broker);
    Producer producer = broker.queue(name).producer().open();
    for (int i = 0; i < MESSAGES; i++) {
      producer.send(text("m" + i), (ok, e) -> {});
    }
    Set<String> handled = ConcurrentHashMap.newKeySet();
    Consumer consumer =
        broker
            .queue(name)
            .consumer()
            .concurrency(4)
            .prefetch(64)
            .start((b, d) -> handled.add(d.message().text()));
    long end = System.nanoTime() + LONG.toNanos();
    int pauses = 0;
    while (handled.size() < MESSAGES && System.nanoTime() - end < 0) {
      consumer.pause();
      TimeUnit.MILLISECONDS.sleep(pauses % 4);
      consumer.resume();
      TimeUnit.MILLISECONDS.sleep(8 + pauses % 9);
      pauses++;
    }
    assertThat(handled).as("after %s pauses", pauses).hasSize(MESSAGES);
    assertThat(consumer.close(LONG)).isTrue();
    assertThat(broker.queue(name).depth()).isZero();
  }
}
