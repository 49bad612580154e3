package dev.mq.core.produce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.core.runtime.SystemTime;
import dev.mq.core.runtime.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WindowTest {
  private final Threads threads = new Threads("test", null);
  private final SystemTime time = new SystemTime(threads.factory("timer"));

  @Test
  void neitherBoundIsEverExceededAndNobodyWaitsForEver() throws Exception {
    Window window = new Window("queue:q", 5, 100, Duration.ofSeconds(30), time);
    AtomicInteger messages = new AtomicInteger();
    AtomicLong bytes = new AtomicLong();
    AtomicInteger violations = new AtomicInteger();
    List<Thread> all = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      SplittableRandom random = new SplittableRandom(42 + t);
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < 20_000; i++) {
                  int size = random.nextInt(60);
                  window.acquire(size);
                  int inFlight = messages.incrementAndGet();
                  if (bytes.addAndGet(size) > 100 || inFlight > 5) {
                    violations.incrementAndGet();
                  }
                  messages.decrementAndGet();
                  bytes.addAndGet(-size);
                  window.release(1, size);
                }
              });
      all.add(thread);
      thread.start();
    }
    for (Thread thread : all) {
      thread.join();
    }
    assertThat(violations).hasValue(0);
    assertThat(window.messages()).isZero();
  }

  @Test
  void severalGetRoomTogetherOrNotAtAll() {
    Window window = new Window("queue:q", 5, 100, Duration.ofSeconds(30), time);

    assertThat(window.tryAcquire(6, 10)).isFalse();
    assertThat(window.tryAcquire(2, 101)).as("only one alone may be too large").isFalse();
    assertThat(window.tryAcquire(3, 60)).isTrue();
    assertThat(window.tryAcquire(3, 10)).isFalse();
    assertThat(window.tryAcquire(2, 41)).isFalse();
    assertThat(window.tryAcquire(2, 40)).isTrue();
    assertThat(window.messages()).isEqualTo(5);

    window.release(5, 100);

    assertThat(window.tryAcquire(1, 101)).isTrue();
  }
}
