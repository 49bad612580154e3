package dev.mq.inmemory.internal.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ManualTimeTest {
  private final ManualTime time = new ManualTime("test", () -> {});
  private final List<String> ran = new CopyOnWriteArrayList<>();

  @Test
  void theClockStandsStillUntilItIsAdvanced() {
    long millis = time.millis();
    long nanos = time.nanoTime();
    assertThat(time.millis()).isEqualTo(millis);
    time.advance(Duration.ofMillis(1500));
    assertThat(time.millis()).isEqualTo(millis + 1500);
    assertThat(time.nanoTime()).isEqualTo(nanos + 1_500_000_000L);
    assertThat(time.now().toEpochMilli()).isEqualTo(time.millis());
  }

  @Test
  void timersRunAtTheirTimeInOrderOfDueTimeAndThenOfScheduling() {
    run("c", 30);
    run("a", 10);
    run("b1", 20);
    run("b2", 20);
    run("never", 51);
    time.advance(Duration.ofMillis(50));
    assertThat(ran).containsExactly("a@10", "b1@20", "b2@20", "c@30");
  }

  @Test
  void aTimerThatSchedulesAnotherOneWithinTheSpanHasItRunToo() {
    time.schedule(
        Duration.ofMillis(10),
        () -> {
          run("child", 10);
          run("at once", 0);
        });
    run("other", 15);
    time.advance(Duration.ofMillis(20));
    assertThat(ran).containsExactly("at once@10", "other@15", "child@20");
  }

  @Test
  void aCancelledTimerDoesNotRun() {
    TimeSource.Timer t = time.schedule(Duration.ofMillis(1), () -> ran.add("cancelled"));
    t.cancel();
    t.cancel();
    time.advance(Duration.ofSeconds(1));
    assertThat(ran).isEmpty();
  }

  @Test
  void aTimerWithoutDelayRunsWithoutAnyoneAdvancing() {
    run("now", 0);
    run("past", -5);
    await().until(() -> ran.size() == 2);
    assertThat(ran).containsExactlyInAnyOrder("now@0", "past@0");
  }

  @Test
  void aTimerThatThrowsDoesNotStopTheOthers() {
    time.schedule(
        Duration.ofMillis(1),
        () -> {
          throw new IllegalStateException("expected in this test");
        });
    run("next", 2);
    time.advance(Duration.ofMillis(2));
    assertThat(ran).containsExactly("next@2");
  }

  @Test
  void advancingInsideATimerOrBackIsRefused() {
    List<Throwable> failures = new ArrayList<>();
    time.schedule(
        Duration.ofMillis(1),
        () -> {
          try {
            time.advance(Duration.ofMillis(1));
          } catch (MqException e) {
            failures.add(e);
          }
        });
    time.advance(Duration.ofMillis(1));
    assertThat(failures).hasSize(1);
    assertThat(MqException.of(failures.get(0)).code()).isEqualTo(ErrorCode.WOULD_BLOCK);
    assertThatThrownBy(() -> time.advance(Duration.ofMillis(-1))).isInstanceOf(MqException.class);
  }

  @Test
  void timersRunOneAtATimeAndOnceAlsoWhenSeveralThreadsAdvance() throws Exception {
    int timers = 2000;
    SplittableRandom random = new SplittableRandom(1);
    boolean[] running = new boolean[1];
    List<String> wrong = new CopyOnWriteArrayList<>();
    for (int i = 0; i < timers; i++) {
      String name = "t" + i;
      time.schedule(
          Duration.ofMillis(1 + random.nextInt(1000)),
          () -> {
            if (running[0]) {
              wrong.add(name + " overlaps");
            }
            running[0] = true;
            ran.add(name);
            running[0] = false;
          });
    }
    CountDownLatch go = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Thread t =
          new Thread(
              () -> {
                try {
                  go.await();
                } catch (InterruptedException e) {
                  throw new AssertionError(e);
                }
                for (int k = 0; k < 100; k++) {
                  time.advance(Duration.ofMillis(10));
                }
              });
      threads.add(t);
      t.start();
    }
    go.countDown();
    for (Thread t : threads) {
      t.join();
    }
    assertThat(wrong).isEmpty();
    assertThat(ran).hasSize(timers).doesNotHaveDuplicates();
  }

  @Test
  void nothingRunsAfterShutdown() {
    run("late", 1);
    time.shutdown();
    run("later", 1);
    run("zero", 0);
    time.advance(Duration.ofSeconds(1));
    assertThat(ran).isEmpty();
  }

  @Test
  void delaysTooLongToCountAreNeverDue() {
    time.schedule(Duration.ofSeconds(Long.MAX_VALUE), () -> ran.add("never"));
    time.advance(Duration.ofDays(3650));
    time.advance(Duration.ofDays(3650));
    assertThat(ran).isEmpty();
  }

  private void run(String name, long millis) {
    time.schedule(
        Duration.ofMillis(millis), () -> ran.add(name + "@" + time.nanoTime() / 1_000_000));
  }
}
