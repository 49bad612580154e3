package dev.mq.core.dispatch;

import static dev.mq.core.dispatch.FakeBroker.message;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mq.api.BrokerEvent;
import dev.mq.api.Delivery;
import dev.mq.api.Receiver;
import dev.mq.api.Retry;
import dev.mq.api.Settlement;
import dev.mq.spi.SettleOutcome;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long a program may hold a delivery, and what is done for it meanwhile. */
@Timeout(60)
class HoldTest {
  @RegisterExtension final FakeBroker broker = FakeBroker.withRealTime();
  private final FakeQueue queue = broker.queue("q");

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void handlerThatHoldsTooLongIsInterruptedAndItsMessageFails(int concurrency) throws Exception {
    // Its own clock, so that the other message is not held too long on a busy machine.
    try (FakeBroker own = FakeBroker.withManualTime()) {
      own.nativeRetry = true;
      FakeQueue q = own.queue("q");
      q.add(message("long"));
      q.add(message("next"));
      CountDownLatch inside = new CountDownLatch(1);
      List<String> log = new CopyOnWriteArrayList<>();
      own.consumer("q")
          .concurrency(concurrency)
          .maxHold(ofMillis(200))
          .start(
              (Delivery d) -> {
                if (d.message().id().equals("long")) {
                  inside.countDown();
                  try {
                    new CountDownLatch(1).await();
                  } catch (InterruptedException e) {
                    log.add("interrupted");
                    log.add("then " + d.ack());
                    throw e;
                  }
                } else {
                  log.add("next " + Thread.currentThread().isInterrupted());
                }
              });
      assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
      if (concurrency > 1) {
        await().until(() -> q.settledIds(SettleOutcome.ACK).contains("next"));
      }
      own.manual.advance(ofMillis(200));
      await().until(() -> q.settlements().size() == 2 && log.size() == 3);
      assertThat(q.settledIds(SettleOutcome.RETRY)).containsExactly("long");
      assertThat(log).contains("interrupted", "then ALREADY_SETTLED", "next false");
      await().until(() -> own.events(BrokerEvent.Type.MAX_HOLD_EXCEEDED).size() == 1);
      assertThat(q.violations()).isEmpty();
    }
  }

  @Test
  void aHandlerAtTheEndOfItsHoldIsNeverInterruptedAfterwards() {
    broker.nativeRetry = true;
    AtomicBoolean stray = new AtomicBoolean();
    for (int i = 0; i < 300; i++) {
      queue.add(message("m" + i));
    }
    broker
        .consumer("q")
        .maxHold(ofMillis(3))
        .retry(Retry.defaults().drop())
        .start(
            (Delivery d) -> {
              // An interrupt of its own comes after its message was failed.
              if (Thread.currentThread().isInterrupted() && d.ack() == Settlement.ACCEPTED) {
                stray.set(true);
              }
              long until = System.nanoTime() + ofMillis(3).toNanos();
              while (System.nanoTime() < until) {
                Thread.onSpinWait();
              }
            });
    await().atMost(ofSeconds(30)).until(() -> queue.settlements().size() >= 300);
    assertThat(stray).isFalse();
  }

  @Test
  void heldDeliveriesOfTheProgramFailAtTheEndOfTheirHold() {
    broker.nativeRetry = true;
    queue.add(message("m"));
    Receiver r = broker.consumer("q").maxHold(ofMillis(200)).receiver();
    Delivery d = r.receive(ofSeconds(5));
    await().until(() -> queue.settledIds(SettleOutcome.RETRY).contains("m"));
    assertThat(d.ack()).isEqualTo(Settlement.ALREADY_SETTLED);
    await().until(() -> broker.events(BrokerEvent.Type.MAX_HOLD_EXCEEDED).size() == 1);
  }

  @Test
  void heldDeliveriesAreRenewedInTimeAndSettledOnesAreNot() throws Exception {
    // Its own clock, so that a lease does not get old while a thread waits for the processor.
    try (FakeBroker own = FakeBroker.withManualTime()) {
      FakeQueue q = own.queue("q");
      q.leaseNanos = ofMillis(400).toNanos();
      q.add(message("held"));
      CountDownLatch inside = new CountDownLatch(1);
      CountDownLatch go = new CountDownLatch(1);
      own.consumer("q")
          .concurrency(2)
          .start(
              (Delivery d) -> {
                if (d.message().id().equals("held")) {
                  inside.countDown();
                  go.await();
                }
              });
      assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
      for (int renewals = 1; renewals <= 3; renewals++) {
        int expected = renewals;
        own.manual.advance(ofMillis(200));
        await().until(() -> q.renewals().size() == expected);
      }
      go.countDown();
      await().until(() -> q.unsettled() == 0);
      q.add(message("quick"));
      await().until(() -> q.settledIds(SettleOutcome.ACK).contains("quick"));
      own.manual.advance(ofSeconds(2));
      q.add(message("last"));
      await().until(() -> q.settledIds(SettleOutcome.ACK).contains("last"));
      assertThat(q.renewals()).containsExactly(1L, 1L, 1L);
      assertThat(q.violations()).isEmpty();
    }
  }
}
