package dev.mq.inmemory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mq.inmemory.Taker.Taken;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.DeliveryBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LaneTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  private final InMemoryEngine engine = InMemoryEngine.create();
  private final Client client = Client.of(engine);
  private final BackendQueue queue = client.queue("q");

  @AfterEach
  void closeEngine() {
    engine.close();
  }

  @Test
  void aWaitingLaneIsWokenByAPublish() throws Exception {
    Taker taker = client.take(queue);
    Waiting w = new Waiting(taker);
    client.publish(queue, "a", "b");
    assertThat(Taker.texts(w.result.get())).containsExactly("a", "b");
  }

  @Test
  void aWaitingLaneIsWokenByWhatAnotherOneGivesBack() throws Exception {
    client.publish(queue, "a");
    Taker one = client.take(queue);
    List<Taken> taken = one.now();
    Waiting w = new Waiting(client.take(queue));
    one.releaseAll(taken);
    assertThat(w.result.get()).extracting(Taken::attempt).containsExactly(2);
  }

  @Test
  void aWaitingLaneIsWokenWhenADelayEnds() throws Exception {
    client.publish(queue, "a");
    Taker one = client.take(queue);
    one.retry(one.now().get(0), Duration.ofSeconds(5));
    Waiting w = new Waiting(client.take(queue));
    engine.clock().advance(Duration.ofSeconds(5));
    assertThat(w.result.get()).extracting(Taken::failures).containsExactly(1);
  }

  @Test
  void wakeupEndsTheCurrentOrTheNextWaitOnce() throws Exception {
    Taker taker = client.take(queue);
    Waiting w = new Waiting(taker);
    taker.lane.wakeup();
    assertThat(w.result.get()).isEmpty();
    taker.lane.wakeup();
    assertThat(taker.within(LONG)).isEmpty();
    client.publish(queue, "a");
    assertThat(Taker.texts(taker.within(LONG))).containsExactly("a");
  }

  @Test
  void aWaitIsOverInRealTimeAlthoughTheClockStandsStill() {
    assertThat(client.take(queue).within(Duration.ofMillis(20))).isEmpty();
  }

  @Test
  void anInterruptEndsTheWaitAndTheWakeUpGoesToAnotherLane() throws Exception {
    for (int round = 0; round < 300; round++) {
      Taker first = client.take(queue);
      Taker second = client.take(queue);
      Waiting one = new Waiting(first);
      Waiting two = new Waiting(second);
      Thread publisher = new Thread(() -> client.publish(queue, "a"));
      publisher.start();
      one.thread.interrupt();
      publisher.join();
      one.thread.join();
      if (one.failure.get() == null) {
        assertThat(one.result.get()).hasSize(1);
        second.lane.wakeup();
        assertThat(two.result.get()).isEmpty();
        first.ackAll(one.result.get());
      } else {
        assertThat(one.failure.get()).hasCauseInstanceOf(InterruptedException.class);
        second.ackAll(two.result.get());
        assertThat(two.result.get()).hasSize(1);
      }
      first.close();
      second.close();
    }
  }

  @Test
  void competingLanesGetTheirShareOfABatch() {
    Taker one = client.take(queue);
    Taker two = client.take(queue);
    Taker three = client.take(queue);
    client.publish(queue, "a", "b", "c", "d", "e", "f");
    List<Taken> first = one.now();
    List<Taken> second = two.now();
    List<Taken> third = three.now();
    assertThat(List.of(first.size(), second.size(), third.size())).containsExactly(2, 2, 1);
    assertThat(Taker.texts(one.now()))
        .as("nobody hurries, so the first goes on")
        .containsExactly("f");
  }

  @Test
  void aBatchWakesSeveralWaitingLanes() throws Exception {
    List<Waiting> waiting = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      waiting.add(new Waiting(client.take(queue, 1)));
    }
    client.publish(queue, "a", "b", "c", "d");
    for (Waiting w : waiting) {
      assertThat(w.result.get()).hasSize(1);
    }
  }

  @Test
  void aLaneWithoutRoomWaitsAndGetsItsMessageAfterItHasSettled() throws Exception {
    Taker taker = client.take(queue, 1);
    client.publish(queue, "a", "b");
    List<Taken> taken = taker.now();
    Waiting w = new Waiting(taker);
    assertThat(w.result).isNotDone();
    taker.lane.wakeup();
    assertThat(w.result.get()).isEmpty();
    taker.ackAll(taken);
    assertThat(Taker.texts(taker.within(LONG))).containsExactly("b");
  }

  @Test
  void aStandbyThatWaitsIsWokenWhenItBecomesTheActiveConsumer() throws Exception {
    BackendQueue single =
        client.queue(dev.mq.api.QueueSpec.builder("single").singleActiveConsumer());
    Taker active = client.take(single, 1);
    client.publish(single, "a", "b");
    active.now();
    Waiting standby = new Waiting(client.take(single));
    active.close();
    assertThat(Taker.texts(standby.result.get())).containsExactly("a", "b");
  }

  /** A thread that waits in receive. */
  private static final class Waiting {
    final CompletableFuture<List<Taken>> result = new CompletableFuture<>();
    final AtomicReference<Throwable> failure = new AtomicReference<>();
    final Thread thread;

    Waiting(Taker taker) {
      thread =
          new Thread(
              () -> {
                try {
                  result.complete(taker.within(LONG));
                } catch (AssertionError e) {
                  failure.set(e);
                }
              });
      thread.setDaemon(true);
      thread.start();
      await()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(1))
          .until(() -> thread.getState() == Thread.State.TIMED_WAITING);
    }
  }

  @Test
  void aBatchWithoutRoomGetsNothingAndDoesNotSpin() throws Exception {
    client.publish(queue, "a");
    DeliveryBatch batch = new DeliveryBatch(1);
    batch.reset(0);
    assertThat(client.take(queue).lane.receive(batch, Duration.ofMillis(5).toNanos())).isZero();
  }
}
