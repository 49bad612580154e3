package dev.mq.core.produce;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.BackpressureException;
import dev.mq.api.ClosedException;
import dev.mq.api.ErrorCode;
import dev.mq.api.Message;
import dev.mq.api.MessageTooLargeException;
import dev.mq.api.MqException;
import dev.mq.api.OutcomeUnknownException;
import dev.mq.api.Producer;
import dev.mq.api.Receipt;
import dev.mq.api.SendResult;
import dev.mq.api.UnroutableException;
import dev.mq.core.produce.ProduceFixture.Lost;
import dev.mq.core.produce.ProduceFixture.Refused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ProducerTest {
  private final ProduceFixture backend = new ProduceFixture("a");

  @AfterEach
  void closeBackend() {
    backend.close();
  }

  private static Message message(String text) {
    return Message.builder().body(text).build();
  }

  private static MqException failure(CompletionStage<?> stage) throws InterruptedException {
    try {
      stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
      throw new AssertionError("completed normally");
    } catch (ExecutionException e) {
      return MqException.of(e);
    } catch (java.util.concurrent.TimeoutException e) {
      throw new AssertionError("did not complete", e);
    }
  }

  @Test
  void aSendReturnsWhenTheBackendConfirmedIt() throws Exception {
    try (Producer p = backend.producer().open()) {
      CompletableFuture<Receipt> sent = CompletableFuture.supplyAsync(() -> p.send(message("x")));
      ProduceFixture.Handed h = backend.next();
      assertThat(sent).isNotDone();
      h.confirm();
      assertThat(sent.get(10, TimeUnit.SECONDS)).isEqualTo(Receipt.routed());
      assertThat(p.inFlight()).isZero();
    }
  }

  @Test
  void aSecondAnswerForTheSameMessageIsIgnored() throws Exception {
    try (Producer p = backend.producer().open()) {
      CompletionStage<Receipt> sent = p.sendAsync(message("x"));
      ProduceFixture.Handed h = backend.next();
      h.confirm();
      h.fail(new Lost());
      h.confirm();
      assertThat(sent.toCompletableFuture().get(10, TimeUnit.SECONDS)).isNotNull();
      assertThat(p.inFlight()).isZero();
    }
  }

  @Test
  void anErrorTheBackendCannotPlaceIsAnUnknownOutcomeAndARefusalIsDefinite() throws Exception {
    try (Producer p = backend.producer().open()) {
      CompletionStage<Receipt> lost = p.sendAsync(message("x"));
      backend.next().fail(new Lost());
      assertThat(failure(lost)).isInstanceOf(OutcomeUnknownException.class);
      CompletionStage<Receipt> refused = p.sendAsync(message("y"));
      backend.next().fail(new Refused());
      assertThat(failure(refused).code()).isEqualTo(ErrorCode.QUEUE_FULL);
      assertThat(failure(refused).isDefinite()).isTrue();
    }
  }

  @Test
  void anUnansweredSendEndsAsUnknownAtTheDeliveryTimeout() throws Exception {
    try (Producer p = backend.producer().deliveryTimeout(Duration.ofMillis(50)).open()) {
      CompletionStage<Receipt> sent = p.sendAsync(message("x"));
      assertThat(failure(sent)).isInstanceOf(OutcomeUnknownException.class);
      assertThat(p.inFlight()).isZero();
      backend.next().confirm();
      assertThat(p.inFlight()).isZero();
    }
  }

  @Test
  void atTheBoundASendWaitsForRoomAndThenFailsDefinitely() throws Exception {
    try (Producer p = backend.producer().maxInFlight(1).maxBlock(Duration.ofMillis(30)).open()) {
      CompletionStage<Receipt> first = p.sendAsync(message("x"));
      assertThatThrownBy(() -> p.send(message("y"))).isInstanceOf(BackpressureException.class);
      MqException full = failure(p.sendAsync(message("y")));
      assertThat(full).isInstanceOf(BackpressureException.class).hasMessageContaining("queue:q");
      assertThat(full.isDefinite()).isTrue();
      BlockingQueue<MqException> told = new LinkedBlockingQueue<>();
      p.send(message("y"), (receipt, e) -> told.add(e));
      assertThat(told.poll(10, TimeUnit.SECONDS)).isInstanceOf(BackpressureException.class);
      assertThat(p.inFlight()).isEqualTo(1);
      backend.next().confirm();
      first.toCompletableFuture().get(10, TimeUnit.SECONDS);
      CompletionStage<Receipt> third = p.sendAsync(message("z"));
      backend.next().confirm();
      third.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void aMessageLargerThanTheBoundOfBytesPassesAlone() throws Exception {
    try (Producer p =
        backend.producer().maxInFlightBytes(10).maxBlock(Duration.ofMillis(30)).open()) {
      CompletionStage<Receipt> large = p.sendAsync(message("x".repeat(100)));
      assertThat(failure(p.sendAsync(message("y")))).isInstanceOf(BackpressureException.class);
      backend.next().confirm();
      large.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void callbacksNeverOverlapAndKeepTheOrderOfAnswers() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger overlaps = new AtomicInteger();
    List<Integer> order = new CopyOnWriteArrayList<>();
    CountDownLatch all = new CountDownLatch(200);
    try (Producer p = backend.producer().open()) {
      for (int i = 0; i < 200; i++) {
        int n = i;
        p.send(
            message("m"),
            (r, e) -> {
              if (inside.incrementAndGet() > 1) {
                overlaps.incrementAndGet();
              }
              order.add(n);
              inside.decrementAndGet();
              all.countDown();
            });
      }
      for (int i = 0; i < 200; i++) {
        backend.next().confirm();
      }
      assertThat(all.await(10, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(overlaps).hasValue(0);
    assertThat(order).isSorted();
  }

  @Test
  void waitingInsideACompletionFailsInsteadOfDeadlocking() throws Exception {
    try (Producer p = backend.producer().maxInFlight(1).open()) {
      CompletableFuture<MqException> inner = new CompletableFuture<>();
      p.send(
          message("x"),
          (r, e) -> {
            try {
              p.send(message("y"));
              inner.completeExceptionally(new AssertionError("did not throw"));
            } catch (MqException f) {
              inner.complete(f);
            }
          });
      backend.next().confirm();
      MqException f = inner.get(10, TimeUnit.SECONDS);
      assertThat(f.code()).isEqualTo(ErrorCode.WOULD_BLOCK);
      assertThat(f.isDefinite()).isTrue();
    }
  }

  @Test
  void sendingAsynchronouslyInsideACompletionWorksWithAWindowOfOne() throws Exception {
    try (Producer p = backend.producer().maxInFlight(1).open()) {
      CompletableFuture<CompletionStage<Receipt>> inner = new CompletableFuture<>();
      p.send(message("x"), (r, e) -> inner.complete(p.sendAsync(message("y"))));
      backend.next().confirm();
      CompletionStage<Receipt> second = inner.get(10, TimeUnit.SECONDS);
      backend.next().confirm();
      assertThat(second.toCompletableFuture().get(10, TimeUnit.SECONDS)).isNotNull();
    }
  }

  @Test
  void flushReturnsWhenEverythingSentBeforeItHasCompleted() throws Exception {
    try (Producer p = backend.producer().open()) {
      AtomicInteger completed = new AtomicInteger();
      for (int i = 0; i < 50; i++) {
        p.send(message("m"), (r, e) -> completed.incrementAndGet());
      }
      CompletableFuture<Integer> flushed =
          CompletableFuture.supplyAsync(
              () -> {
                p.flush();
                return completed.get();
              });
      List<ProduceFixture.Handed> open = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        open.add(backend.next());
      }
      assertThat(flushed).isNotDone();
      for (int i = 49; i >= 0; i--) {
        open.get(i).confirm();
      }
      assertThat(flushed.get(10, TimeUnit.SECONDS)).isEqualTo(50);
    }
  }

  @Test
  void flushReturnsWhenEveryStageBeforeItIsComplete() throws Exception {
    try (Producer p = backend.producer().open()) {
      for (int i = 0; i < 2_000; i++) {
        CompletableFuture<Receipt> sent = p.sendAsync(message("m")).toCompletableFuture();
        backend.kernel.completions().execute(backend.next()::confirm);
        p.flush();
        assertThat(sent).as("send %d", i).isDone();
      }
    }
  }

  @Test
  void aBatchGivesOneResultPerMessageInOrder() throws Exception {
    AtomicInteger n = new AtomicInteger();
    backend.onPublish =
        b -> {
          for (int i = 0; i < b.size(); i++) {
            if (n.getAndIncrement() % 3 == 0) {
              b.failed(i, new Refused());
            } else {
              b.confirmed(i, -1, -1);
            }
          }
        };
    try (Producer p = backend.producer().maxInFlight(7).open()) {
      List<Message> messages = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        messages.add(message("m" + i));
      }
      List<SendResult> results = p.sendAll(messages);
      assertThat(results).hasSize(100);
      for (int i = 0; i < 100; i++) {
        assertThat(results.get(i).status())
            .isEqualTo(i % 3 == 0 ? SendResult.Status.FAILED : SendResult.Status.OK);
        assertThat(backend.next().message()).isSameAs(messages.get(i));
      }
      assertThat(p.inFlight()).isZero();
    }
  }

  @Test
  void aBatchConfirmedAtOnceIsOkInEverySlot() {
    backend.onPublish = b -> b.confirmedAll();
    try (Producer p = backend.producer().open()) {
      List<SendResult> results = p.sendAll(List.of(message("a"), message("b"), message("c")));
      assertThat(results).extracting(SendResult::status).containsOnly(SendResult.Status.OK);
      assertThat(p.inFlight()).isZero();
    }
  }

  @Test
  void aMessageNobodyTakesIsAnErrorUnlessAskedFor() {
    try (ProduceFixture empty = new ProduceFixture()) {
      try (Producer p = empty.producer().open()) {
        assertThatThrownBy(() -> p.send(message("x"))).isInstanceOf(UnroutableException.class);
        assertThat(p.sendAll(List.of(message("x"))).get(0).status())
            .isEqualTo(SendResult.Status.FAILED);
        assertThat(p.inFlight()).isZero();
      }
      try (Producer p = empty.producer().dropUnroutable().open()) {
        assertThat(p.send(message("x"))).isEqualTo(Receipt.routed());
      }
    }
  }

  @Test
  void aFanOutIsOkOnlyWhenEveryQueueHasItAndPartialWhenSomeMay() throws Exception {
    try (ProduceFixture three = new ProduceFixture("a", "b", "c");
        Producer p = three.producer().open()) {
      CompletionStage<Receipt> ok = p.sendAsync(message("x"));
      three.next().confirm();
      three.next().confirm();
      assertThat(ok.toCompletableFuture()).isNotDone();
      three.next().confirm();
      assertThat(ok.toCompletableFuture().get(10, TimeUnit.SECONDS)).isNotNull();

      CompletionStage<Receipt> partial = p.sendAsync(message("y"));
      three.next().confirm();
      three.next().fail(new Refused());
      three.next().confirm();
      assertThat(failure(partial).code()).isEqualTo(ErrorCode.PARTIAL);
      assertThat(failure(partial).isDefinite()).isFalse();

      CompletionStage<Receipt> none = p.sendAsync(message("z"));
      three.next().fail(new Refused());
      three.next().fail(new Refused());
      three.next().fail(new Refused());
      assertThat(failure(none).isDefinite()).isTrue();

      CompletionStage<Receipt> perhaps = p.sendAsync(message("w"));
      three.next().fail(new Refused());
      three.next().fail(new Lost());
      three.next().fail(new Refused());
      assertThat(failure(perhaps).isDefinite()).isFalse();
      assertThat(p.inFlight()).isZero();
    }
  }

  @Test
  void closeEndsWhatHasNoAnswerAsUnknownAndRefusesFurtherSends() throws Exception {
    Producer p = backend.producer().open();
    CompletionStage<Receipt> sent = p.sendAsync(message("x"));
    assertThat(p.close(Duration.ofMillis(20))).isFalse();
    assertThat(failure(sent)).isInstanceOf(OutcomeUnknownException.class);
    assertThatThrownBy(() -> p.send(message("y"))).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> p.sendAsync(message("y"))).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> p.sendAll(List.of(message("y")))).isInstanceOf(ClosedException.class);
    p.close();
  }

  @Test
  void closeReturnsInTimeWhileAPublishIsStuckInTheBackend() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    backend.onPublish =
        batch -> {
          inside.countDown();
          await(go);
        };
    Producer p = backend.producer().deliveryTimeout(Duration.ofSeconds(1)).open();
    CompletableFuture<CompletionStage<Receipt>> stuck =
        CompletableFuture.supplyAsync(() -> p.sendAsync(message("x")));
    CompletableFuture<CompletionStage<Receipt>> behind =
        CompletableFuture.supplyAsync(
            () -> {
              await(inside);
              return p.sendAsync(message("y"));
            });
    await(inside);
    assertThat(p.close(Duration.ofMillis(50))).isFalse();
    assertThat(go.getCount()).isEqualTo(1);
    go.countDown();
    assertThat(failure(stuck.get(10, TimeUnit.SECONDS)).isDefinite()).isFalse();
    assertThat(failureOrThrown(behind)).isInstanceOf(ClosedException.class);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The producer may have been closed before the call or while it waited for its turn. */
  private static Throwable failureOrThrown(CompletableFuture<CompletionStage<Receipt>> sent)
      throws Exception {
    try {
      return failure(sent.get(10, TimeUnit.SECONDS));
    } catch (ExecutionException e) {
      return requireNonNull(e.getCause());
    }
  }

  @Test
  void closeWakesASendThatWaitsForRoom() throws Exception {
    Producer p = backend.producer().maxInFlight(1).open();
    CompletionStage<Receipt> first = p.sendAsync(message("x"));
    CompletableFuture<Receipt> second = CompletableFuture.supplyAsync(() -> p.send(message("y")));
    backend.next();
    p.close(Duration.ofMillis(20));
    assertThat(failure(second).isDefinite()).isTrue();
    assertThat(failure(first).isDefinite()).isFalse();
  }

  @Test
  void anInterruptLeavesTheOutcomeOpenAndKeepsTheInterruptStatus() throws Exception {
    try (Producer p = backend.producer().deliveryTimeout(Duration.ofSeconds(5)).open()) {
      CompletableFuture<Boolean> result = new CompletableFuture<>();
      Thread t =
          new Thread(
              () -> {
                try {
                  p.send(message("x"));
                } catch (MqException e) {
                  result.complete(
                      e.code() == ErrorCode.INTERRUPTED
                          && !e.isDefinite()
                          && Thread.currentThread().isInterrupted());
                }
              });
      t.start();
      ProduceFixture.Handed h = backend.next();
      t.interrupt();
      assertThat(result.get(10, TimeUnit.SECONDS)).isTrue();
      h.confirm();
    }
  }

  @Test
  void badInputIsRefusedBeforeAnythingIsSent() {
    try (Producer p = backend.producer().open()) {
      assertThatThrownBy(() -> p.send(message("x".repeat(1001))))
          .isInstanceOf(MessageTooLargeException.class)
          .hasMessageContaining("queue:q");
      Message forged = Message.builder().header("mq-failures", 3).build();
      assertThatThrownBy(() -> p.send(forged)).hasMessageContaining("reserved");
      Message stripped = forged.toBuilder().removeReservedHeaders().build();
      assertThat(stripped.headers().isEmpty()).isTrue();
      Message heavy = Message.builder().header("h", "x".repeat(70_000)).build();
      assertThatThrownBy(() -> p.send(heavy)).isInstanceOf(MessageTooLargeException.class);
      assertThat(backend.handed).isEmpty();
      assertThat(p.inFlight()).isZero();
    }
  }

  @Test
  void sendsOfOneThreadKeepTheirOrderWhileOthersSendToo() throws Exception {
    backend.confirmInside();
    try (Producer p = backend.producer().maxInFlight(3).open()) {
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        int id = t;
        Thread thread =
            new Thread(
                () -> {
                  for (int i = 0; i < 500; i++) {
                    p.send(Message.builder().key(Integer.toString(id)).body("" + i).build());
                  }
                });
        threads.add(thread);
        thread.start();
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    int[] next = new int[4];
    for (ProduceFixture.Handed h : backend.handed) {
      int id = Integer.parseInt(h.message().key());
      assertThat(Integer.parseInt(h.message().text())).isEqualTo(next[id]++);
    }
    assertThat(next).containsOnly(500);
  }
}
