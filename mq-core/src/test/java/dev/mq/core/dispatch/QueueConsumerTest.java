package dev.mq.core.dispatch;

import static dev.mq.core.dispatch.FakeBroker.message;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mq.api.AckMode;
import dev.mq.api.Consumer;
import dev.mq.api.Delivery;
import dev.mq.api.Receiver;
import dev.mq.api.SettleResult;
import dev.mq.api.Settlement;
import dev.mq.spi.SettleOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(30)
class QueueConsumerTest {
  @RegisterExtension final FakeBroker broker = FakeBroker.withRealTime();
  private final FakeQueue queue = broker.queue("q");

  @Test
  void serialHandlerGetsAllMessagesInOrderAndAcksThem() {
    List<String> seen = new CopyOnWriteArrayList<>();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      queue.add(message("m" + i));
      expected.add("m" + i);
    }
    Consumer c = broker.consumer("q").start((body, d) -> seen.add(d.message().id()));
    await().until(() -> queue.settlements().size() == 1000);
    assertThat(seen).isEqualTo(expected);
    assertThat(queue.settledIds(SettleOutcome.ACK)).isEqualTo(expected);
    assertThat(queue.highWater).isLessThanOrEqualTo(250);
    assertThat(c.close(ofSeconds(5))).isTrue();
    assertThat(c.terminated().toCompletableFuture()).succeedsWithin(ofSeconds(5));
  }

  @Test
  void concurrentHandlersRunBesideEachOther() throws Exception {
    CountDownLatch all = new CountDownLatch(4);
    for (int i = 0; i < 4; i++) {
      queue.add(message("m" + i));
    }
    broker
        .consumer("q")
        .concurrency(4)
        .start(
            (body, d) -> {
              all.countDown();
              all.await();
            });
    assertThat(all.await(10, TimeUnit.SECONDS)).isTrue();
    await().until(() -> queue.settlements().size() == 4);
  }

  @Test
  void settlesOfFinishedHandlersGoOutWhileTheSerialHandlerRuns() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    queue.add(message("fast"));
    queue.add(message("slow"));
    broker
        .consumer("q")
        .start(
            (body, d) -> {
              if (d.message().id().equals("slow")) {
                go.await();
              }
            });
    await().atMost(ofSeconds(5)).until(() -> queue.settledIds(SettleOutcome.ACK).contains("fast"));
    go.countDown();
    await().until(() -> queue.settlements().size() == 2);
  }

  @Test
  void firstVerbWinsAndLaterOnesSaySo() {
    queue.add(message("m"));
    List<Settlement> answers = new CopyOnWriteArrayList<>();
    broker
        .consumer("q")
        .start(
            (body, d) -> {
              answers.add(d.release());
              answers.add(d.ack());
              d.settled()
                  .thenAccept(
                      r -> answers.add(r == SettleResult.SETTLED ? Settlement.ACCEPTED : null));
              broker.kernel.children().forEach(x -> ((Consumer) x).pause());
            });
    await().until(() -> answers.size() == 3);
    assertThat(answers)
        .containsExactly(Settlement.ACCEPTED, Settlement.ALREADY_SETTLED, Settlement.ACCEPTED);
    assertThat(queue.settledIds(SettleOutcome.RELEASE)).containsExactly("m");
  }

  @Test
  void receiverPullsWithinItsPrefetch() {
    for (int i = 0; i < 10; i++) {
      queue.add(message("m" + i));
    }
    Receiver r = broker.consumer("q").prefetch(3).ackMode(AckMode.MANUAL).receiver();
    List<Delivery> got = new ArrayList<>(r.receiveBatch(3, ofSeconds(5)));
    while (got.size() < 3) {
      got.add(r.receive(ofSeconds(5)));
    }
    assertThat(r.receive(java.time.Duration.ofMillis(100))).isNull();
    got.forEach(Delivery::ack);
    assertThat(r.flush().toCompletableFuture()).succeedsWithin(ofSeconds(5));
    assertThat(r.receive(ofSeconds(5)).message().id()).isEqualTo("m3");
    assertThat(queue.highWater).isLessThanOrEqualTo(3);
  }
}
