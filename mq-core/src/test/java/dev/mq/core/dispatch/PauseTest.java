package dev.mq.core.dispatch;

import static dev.mq.core.dispatch.FakeBroker.message;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mq.api.AckMode;
import dev.mq.api.Consumer;
import dev.mq.api.Delivery;
import dev.mq.api.Receiver;
import dev.mq.spi.SettleOutcome;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A paused consumer holds what its handlers hold, and nothing else. */
@Timeout(30)
class PauseTest {
  @RegisterExtension final FakeBroker broker = FakeBroker.withRealTime();
  private final FakeQueue queue = broker.queue("q");

  private void add(int count) {
    for (int i = 0; i < count; i++) {
      queue.add(message("m" + i));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void whatNoHandlerHasSeenGoesBackWhileTheOthersStillRun(int concurrency) throws Exception {
    add(10);
    Semaphore started = new Semaphore(0);
    Semaphore go = new Semaphore(0);
    List<String> handled = new CopyOnWriteArrayList<>();
    Consumer c =
        broker
            .consumer("q")
            .concurrency(concurrency)
            .start(
                (Delivery d) -> {
                  started.release();
                  go.acquire();
                  handled.add(d.message().id());
                });
    assertThat(started.tryAcquire(concurrency, 10, TimeUnit.SECONDS)).isTrue();
    c.pause();
    await().until(() -> queue.waiting().size() == 10 - concurrency);
    assertThat(queue.unsettled()).isEqualTo(concurrency);
    Receiver other = broker.consumer("q").name("other").prefetch(1).receiver();
    Delivery taken = other.receive(ofSeconds(10));
    assertThat(taken.redelivered()).isTrue();
    taken.ack();
    other.close();
    c.resume();
    go.release(10);
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 10);
    assertThat(handled).doesNotHaveDuplicates().hasSize(9);
  }

  @Test
  void keysGoOnAfterTheirMessagesWentBack() throws Exception {
    add(10);
    Semaphore started = new Semaphore(0);
    Semaphore go = new Semaphore(0);
    Consumer c =
        broker
            .consumer("q")
            .concurrency(2)
            .serialBy(m -> m.id().equals("m0") || m.id().equals("m1") ? "a" : "b")
            .start(
                (Delivery d) -> {
                  started.release();
                  go.acquire();
                });
    assertThat(started.tryAcquire(2, 10, TimeUnit.SECONDS)).isTrue();
    c.pause();
    await().until(() -> queue.waiting().size() == 8);
    go.release(2);
    await().until(() -> queue.unsettled() == 0);
    c.resume();
    go.release(8);
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 10);
  }

  @Test
  void whatWasNotPulledGoesBack() {
    add(5);
    Receiver r = broker.consumer("q").prefetch(5).receiver();
    Delivery first = r.receive(ofSeconds(10));
    await().until(() -> queue.unsettled() == 5);
    r.pause();
    await().until(() -> queue.waiting().size() == 4);
    first.ack();
    assertThat(r.receive(ofMillis(50))).isNull();
    r.resume();
    for (int i = 0; i < 4; i++) {
      r.receive(ofSeconds(10)).ack();
    }
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 5);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void whatArrivesAfterThePauseGoesBack(int concurrency) {
    CountDownLatch arrive = new CountDownLatch(1);
    queue.hangReceive = arrive;
    List<String> handled = new CopyOnWriteArrayList<>();
    Consumer c =
        broker
            .consumer("q")
            .concurrency(concurrency)
            .start((Delivery d) -> handled.add(d.message().id()));
    await().until(() -> queue.lastSub().lanes.get(0).user.get() != null);
    add(4);
    c.pause();
    arrive.countDown();
    await().until(() -> queue.settledIds(SettleOutcome.RELEASE).size() == 4);
    assertThat(queue.waiting()).hasSize(4);
    assertThat(handled).isEmpty();
    c.resume();
    await().until(() -> handled.size() == 4);
  }

  @Test
  void whatCameSettledIsKept() throws Exception {
    add(5);
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    List<String> handled = new CopyOnWriteArrayList<>();
    Consumer c =
        broker
            .consumer("q")
            .ackMode(AckMode.NONE)
            .start(
                (Delivery d) -> {
                  started.countDown();
                  go.await();
                  handled.add(d.message().id());
                });
    assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
    c.pause();
    go.countDown();
    await().until(() -> handled.size() == 1);
    c.resume();
    await().until(() -> handled.size() == 5);
    assertThat(handled).containsExactly("m0", "m1", "m2", "m3", "m4");
  }

  @Test
  void pauseStopsHandingOutAndResumeGoesOn() throws Exception {
    Semaphore started = new Semaphore(0);
    Semaphore go = new Semaphore(0);
    for (int i = 0; i < 10; i++) {
      queue.add(message("m" + i));
    }
    Consumer c =
        broker
            .consumer("q")
            .start(
                (Delivery d) -> {
                  started.release();
                  go.acquire();
                });
    started.acquire();
    c.pause();
    c.pause();
    assertThat(c.isPaused()).isTrue();
    go.release(10);
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 1);
    await().until(() -> queue.pauses() == 1);
    assertThat(started.tryAcquire(200, TimeUnit.MILLISECONDS)).isFalse();
    assertThat(queue.pauses()).isEqualTo(1);
    c.resume();
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 10);
  }

  @Test
  void pauseOfAConcurrentConsumerStopsHandingOutToo() throws Exception {
    Semaphore started = new Semaphore(0);
    for (int i = 0; i < 100; i++) {
      queue.add(message("m" + i));
    }
    AtomicReference<Consumer> me = new AtomicReference<>();
    CountDownLatch set = new CountDownLatch(1);
    Consumer c =
        broker
            .consumer("q")
            .concurrency(3)
            .start(
                (Delivery d) -> {
                  set.await();
                  me.get().pause();
                  started.release();
                });
    me.set(c);
    set.countDown();
    await()
        .until(
            () ->
                queue.settledIds(SettleOutcome.ACK).size() == started.availablePermits()
                    && started.availablePermits() > 0);
    assertThat(started.availablePermits()).isLessThanOrEqualTo(3);
    while (queue.settledIds(SettleOutcome.ACK).size() < 100) {
      c.resume();
      Thread.onSpinWait();
    }
  }
}
