package dev.mq.core.produce;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mq.core.runtime.SystemTime;
import dev.mq.core.runtime.Threads;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OutstandingTest {
  private final Threads threads = new Threads("test", null);
  private final SystemTime time = new SystemTime(threads.factory("timer"));
  private final Outstanding outstanding = new Outstanding("queue:q", Duration.ofSeconds(30), time);

  private static final class Sent extends Tracked {
    final AtomicInteger abandoned = new AtomicInteger();
    private final long bytes;
    private volatile boolean told;

    Sent(long bytes) {
      this.bytes = bytes;
    }

    @Override
    long bytes() {
      return bytes;
    }

    @Override
    boolean isTold() {
      return told;
    }

    @Override
    void abandon(String text) {
      abandoned.incrementAndGet();
    }
  }

  @AfterEach
  void end() {
    time.shutdown();
    threads.shutdown();
  }

  private Sent added() {
    return added(100);
  }

  private Sent added(long bytes) {
    Sent sent = new Sent(bytes);
    outstanding.add(sent);
    return sent;
  }

  private void tell(Sent sent) {
    sent.told = true;
    outstanding.answered(false);
  }

  @Test
  void aWaiterWaitsForWhatWasAddedBeforeAndForNoMore() throws Exception {
    Sent first = added();
    Sent second = added();
    CompletableFuture<Void> waited = flushed();
    awaitWaiter();
    Sent third = added();

    tell(second);
    assertThat(waited).isNotDone();
    tell(first);
    waited.get(20, SECONDS);

    assertThat(outstanding.isEmpty()).isFalse();
    tell(third);
    assertThat(outstanding.isEmpty()).isTrue();
    assertThat(outstanding.awaitEmpty(Duration.ZERO)).isTrue();
  }

  private CompletableFuture<Void> flushed() {
    return CompletableFuture.runAsync(
        () -> {
          waiter = Thread.currentThread();
          try {
            outstanding.awaitAll();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private volatile @Nullable Thread waiter;

  private void awaitWaiter() {
    await().until(() -> waiter != null && waiter.getState() == Thread.State.WAITING);
  }

  @Test
  void whatWasAnsweredDoesNotPileUpBehindOneThatWasNot() {
    Sent stuck = added();
    for (int i = 0; i < 10_000; i++) {
      tell(added());
    }
    assertThat(behind(stuck)).isLessThan(32);

    Deque<Sent> open = new ArrayDeque<>();
    for (int i = 0; i < 10_000; i++) {
      open.add(added());
      if (open.size() > 100) {
        tell(open.remove());
      }
    }
    assertThat(behind(stuck)).isBetween(100, 250);

    open.forEach(this::tell);
    tell(stuck);
    assertThat(outstanding.isEmpty()).isTrue();
    assertThat(behind(stuck)).as("an old one keeps no later ones alive").isZero();
  }

  @Test
  void whatWasAnsweredKeepsLittleMemory() {
    Sent stuck = added();
    List<Sent> small = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      small.add(added());
    }
    small.forEach(this::tell);
    for (int i = 0; i < 100; i++) {
      tell(added(1 << 20));
    }
    assertThat(behind(stuck)).isLessThan(4);
  }

  private static int behind(Tracked first) {
    int n = 0;
    for (Tracked s = first.next; s != null; s = s.next) {
      n++;
    }
    return n;
  }

  @Test
  void theLastAnswerLeavesNothingBehind() {
    Sent first = added();
    Sent second = added();
    second.told = true;
    outstanding.answered(false);
    first.told = true;
    outstanding.answered(true);

    assertThat(behind(first)).isZero();
  }

  @Test
  void onlyWhatIsOpenIsAbandonedAndAllOfThat() {
    List<Sent> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      all.add(added());
    }
    for (int i = 0; i < 100; i += 3) {
      tell(all.get(i));
    }

    outstanding.abandon("the end");

    for (int i = 0; i < 100; i++) {
      assertThat(all.get(i).abandoned).as("%d", i).hasValue(i % 3 == 0 ? 0 : 1);
    }
  }

  @Test
  void anOverdueSendIsEndedOnceInATimeHoweverLongItsSenderTakes() {
    Outstanding brief = new Outstanding("queue:q", Duration.ofMillis(20), time);
    Sent first = new Sent(0);
    brief.add(first);
    await().until(() -> first.abandoned.get() > 0);
    Sent second = new Sent(0);
    brief.add(second);
    await().until(() -> second.abandoned.get() > 0);

    assertThat(first.abandoned.get()).isLessThan(4);
  }

  @Test
  void noWaiterIsForgottenWhileOthersSendAndAnswer() throws Exception {
    LinkedBlockingQueue<Sent> open = new LinkedBlockingQueue<>();
    Sent end = new Sent(0);
    Thread answering = new Thread(() -> answer(open, end));
    answering.start();
    List<Thread> sending = new ArrayList<>();
    AtomicInteger early = new AtomicInteger();
    for (int t = 0; t < 3; t++) {
      Thread thread = new Thread(() -> send(open, early));
      sending.add(thread);
      thread.start();
    }
    for (Thread thread : sending) {
      thread.join();
    }
    open.add(end);
    answering.join();

    assertThat(early).hasValue(0);
    assertThat(outstanding.isEmpty()).isTrue();
  }

  private void answer(LinkedBlockingQueue<Sent> open, Sent end) {
    try {
      for (Sent next = open.take(); next != end; next = open.take()) {
        tell(next);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void send(LinkedBlockingQueue<Sent> open, AtomicInteger early) {
    try {
      for (int i = 0; i < 2_000; i++) {
        Sent mine = new Sent(0);
        open.add(mine);
        outstanding.add(mine);
        if (i % 4 == 0) {
          outstanding.awaitAll();
          if (!mine.told) {
            early.incrementAndGet();
          }
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
