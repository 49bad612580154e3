package dev.mq.core.dispatch;

import static dev.mq.core.dispatch.FakeBroker.message;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mq.api.AckMode;
import dev.mq.api.Codec;
import dev.mq.api.ConfigException;
import dev.mq.api.Consumer;
import dev.mq.api.DedupStore;
import dev.mq.api.Delivery;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Retry;
import dev.mq.spi.SettleOutcome;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class DeduplicateTest {
  private static final Retry AT_ONCE = Retry.backoff(Duration.ZERO, Duration.ZERO);

  @RegisterExtension final FakeBroker broker = FakeBroker.withManualTime();
  private final FakeQueue queue = broker.queue("q");
  private final FakeQueue dead = broker.queue("dead");
  private final DedupStore store = DedupStore.inMemory(1000);
  private final List<String> handled = new CopyOnWriteArrayList<>();

  private void add(String... ids) {
    for (String id : ids) {
      queue.add(message(id));
    }
  }

  private void awaitAcked(String... ids) {
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() >= ids.length);
    assertThat(queue.settledIds(SettleOutcome.ACK)).containsExactlyInAnyOrder(ids);
  }

  @Test
  void anIdIsHandledOnceAndItsDuplicatesAreAcknowledged() {
    add("a", "b", "a", "a", "b", "c");
    AtomicInteger intercepted = new AtomicInteger();
    broker
        .consumer("q")
        .deduplicate(store)
        .intercept(
            (d, next) -> {
              intercepted.incrementAndGet();
              next.handle(d);
            })
        .start((Delivery d) -> handled.add(d.message().id()));
    awaitAcked("a", "b", "a", "a", "b", "c");
    assertThat(handled).containsExactly("a", "b", "c");
    assertThat(intercepted).hasValue(3);
  }

  @Test
  void consumersThatShareAStoreShareWhatWasHandled() {
    add("a");
    Consumer first = broker.consumer("q").deduplicate(store).start((Delivery d) -> {});
    await().until(() -> seen("a"));
    first.close();
    add("a", "b");
    broker.consumer("q").deduplicate(store).start((Delivery d) -> handled.add(d.message().id()));
    awaitAcked("a", "a", "b");
    assertThat(handled).containsExactly("b");
  }

  @Test
  void aMessageThatFailedIsHandledAgain() {
    for (boolean nativeRetry : new boolean[] {true, false}) {
      broker.nativeRetry = nativeRetry;
      String id = "m" + nativeRetry;
      add(id);
      AtomicInteger calls = new AtomicInteger();
      var consumer =
          broker
              .consumer("q")
              .deduplicate(store)
              .retry(AT_ONCE)
              .start(
                  (Delivery d) -> {
                    switch (calls.incrementAndGet()) {
                      case 1 -> throw new IOException("not yet");
                      case 2 -> d.nack();
                      case 3 -> d.release();
                      default -> handled.add(id);
                    }
                  });
      await().until(() -> handled.contains(id));
      await().until(() -> queue.unsettled() == 0);
      consumer.close();
    }
  }

  @Test
  void aRejectedMessageIsNotRememberedSoThatItsRedriveIsHandled() {
    add("m");
    broker
        .consumer("q")
        .deduplicate(store)
        .retry(AT_ONCE.maxAttempts(5).deadLetter("dead"))
        .start(
            (Delivery d) -> {
              handled.add(d.message().id());
              d.reject();
            });
    await().until(() -> dead.waiting().size() == 1);
    add("m");
    await().until(() -> dead.waiting().size() == 2);
    assertThat(handled).hasSize(2);
  }

  @Test
  void anUndecodableBodyIsNotRememberedThoughAnInterceptorSwallowsTheError() {
    queue.add(Message.builder().id("m").body(new byte[] {(byte) 0xff}).build());
    broker
        .consumer("q")
        .as(Codec.text())
        .deduplicate(store)
        .retry(AT_ONCE.maxAttempts(5).deadLetter("dead"))
        .intercept(
            (d, next) -> {
              try {
                next.handle(d);
              } catch (RuntimeException e) {
                handled.add("swallowed");
              }
            })
        .start((body, d) -> {});
    await().until(() -> dead.waiting().size() == 1);
    assertThat(handled).containsExactly("swallowed");
    assertThat(seen("m")).isFalse();
  }

  private boolean seen(String id) {
    try {
      return store.seen(id);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aDuplicateWaitsForTheFirstAndIsLeftOutWhenThatIsDone() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    add("a", "a", "b");
    broker
        .consumer("q")
        .deduplicate(store)
        .concurrency(3)
        .start(
            (Delivery d) -> {
              handled.add(d.message().id());
              if (d.message().id().equals("a")) {
                inside.countDown();
                go.await();
              }
            });
    inside.await();
    awaitAcked("b");
    assertThat(handled).containsExactlyInAnyOrder("a", "b");
    go.countDown();
    awaitAcked("a", "a", "b");
    assertThat(handled).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void aDuplicateIsHandledWhenTheOneItWaitedForFailed() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger calls = new AtomicInteger();
    add("a", "a");
    broker
        .consumer("q")
        .deduplicate(store)
        .concurrency(2)
        .retry(Retry.backoff(ofSeconds(60), ofSeconds(60)))
        .start(
            (Delivery d) -> {
              if (calls.incrementAndGet() == 1) {
                inside.countDown();
                go.await();
                throw new IOException("no");
              }
              handled.add(d.message().id());
            });
    inside.await();
    go.countDown();
    await().until(() -> handled.size() == 1);
    assertThat(calls).hasValue(2);
  }

  @Test
  void workThatWasDoneUnderALostLeaseIsNotDoneAgain() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    add("a");
    broker
        .consumer("q")
        .deduplicate(store)
        .start(
            (Delivery d) -> {
              handled.add(d.message().id());
              inside.countDown();
              go.await();
            });
    inside.await();
    queue.lose("a");
    go.countDown();
    awaitAcked("a");
    assertThat(handled).containsExactly("a");
  }

  @Test
  void aHandlerThatWasInterruptedForHoldingTooLongHasNotHandled() throws Exception {
    add("a");
    CountDownLatch inside = new CountDownLatch(1);
    broker
        .consumer("q")
        .deduplicate(store)
        .maxHold(ofSeconds(10))
        .retry(AT_ONCE)
        .start(
            (Delivery d) -> {
              handled.add(d.message().id());
              if (handled.size() == 1) {
                inside.countDown();
                try {
                  new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                  return; // swallowed: the work was not done
                }
              }
            });
    inside.await();
    await()
        .until(
            () -> {
              broker.manual.advance(ofSeconds(1));
              return handled.size() == 2;
            });
    await().until(() -> seen("a"));
  }

  @Test
  void aStoreThatThrowsIsAFailureOfTheMessage() {
    AtomicInteger seen = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    DedupStore broken =
        new DedupStore() {
          @Override
          public boolean seen(String id) throws IOException {
            if (seen.incrementAndGet() == 1) {
              throw new IOException("no connection");
            }
            return false;
          }

          @Override
          public void done(String id) throws IOException {
            if (done.incrementAndGet() == 1) {
              throw new IOException("no connection");
            }
          }
        };
    add("a");
    broker
        .consumer("q")
        .deduplicate(broken)
        .retry(AT_ONCE)
        .start((Delivery d) -> handled.add(d.message().id()));
    await().until(() -> done.get() == 2);
    await().until(() -> queue.unsettled() == 0);
    assertThat(handled).containsExactly("a", "a");
    assertThat(seen).hasValue(3);
  }

  @Test
  void theStoreInMemoryForgetsTheOldest() throws Exception {
    DedupStore two = DedupStore.inMemory(2);
    two.done("a");
    two.done("b");
    two.done("b");
    assertThat(two.seen("a")).isTrue();
    two.done("c");
    assertThat(two.seen("a")).isFalse();
    assertThat(two.seen("b")).isTrue();
    assertThat(two.seen("c")).isTrue();
    assertThatThrownBy(() -> DedupStore.inMemory(0))
        .isInstanceOf(MqException.class)
        .hasMessageContaining("maxIds");
  }

  @Test
  void refusesWhatCannotTellThatAMessageWasHandled() {
    assertThatThrownBy(() -> broker.consumer("q").deduplicate(store).receiver())
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(
            () ->
                broker
                    .consumer("q")
                    .deduplicate(store)
                    .ackMode(AckMode.MANUAL)
                    .start((Delivery d) -> {}))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> broker.consumer("q").deduplicate(store).startBatch(5, batch -> {}))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(
            () -> broker.consumer("q").deduplicate(store).respond(Codec.text(), (body, d) -> "r"))
        .isInstanceOf(ConfigException.class);
    assertThat(queue.settlements()).isEmpty();
  }
}
