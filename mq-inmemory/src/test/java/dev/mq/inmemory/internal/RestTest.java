package dev.mq.inmemory.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Message;
import dev.mq.api.QueueSpec;
import dev.mq.inmemory.internal.queue.MemoryQueue;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.SubscribeOptions;
import dev.mq.spi.SubscriptionListener;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class RestTest {
  private final Engine engine = Engine.withManualClock("rest");
  private final AtomicInteger waits = new AtomicInteger();

  @AfterEach
  void close() {
    engine.close();
  }

  /** A machine that stands still gives nobody a turn, and a wait is over late when it goes on. */
  @Test
  void oneWaitInWhichNobodyCouldRunDoesNotMeanThatNothingWillHappen() {
    MemoryQueue q = queueWithWork();
    Rest rest =
        new Rest(
            engine,
            (seen, nanos) -> {
              if (waits.incrementAndGet() == 1) {
                return false; // Over before the consumer had its turn.
              }
              q.purge();
              return true;
            });
    rest.beforeTimeMoves();
    assertThat(waits).hasValue(2);
    assertThat(q.unfinished()).isZero();
  }

  @Test
  void workThatDoesNotEndIsWaitedForOnceAndForABoundedTime() {
    queueWithWork();
    Rest rest =
        new Rest(
            engine,
            (seen, nanos) -> {
              waits.incrementAndGet();
              return false;
            });
    rest.beforeTimeMoves();
    int first = waits.get();
    assertThat(first).isBetween(2, 100);
    rest.beforeTimeMoves();
    assertThat(waits).hasValue(first);
  }

  /** Returns a queue with a message that its consumer could take, and does not. */
  private MemoryQueue queueWithWork() {
    MemoryQueue q = engine.createQueue(QueueSpec.of("q"), "1", null);
    q.subscribe(
        this, new SubscribeOptions("c", 1, 1, false), none(SubscriptionListener.class), s -> {});
    Message m = Message.builder().body("work").build();
    q.append(none(PublishBatch.class, m), 0, 1);
    assertThat(q.unfinished()).isEqualTo(1);
    return q;
  }

  /** Returns one whose methods do nothing, but for what they may return. */
  private static <T> T none(Class<T> type, Message... message) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, args) -> method.getReturnType() == Message.class ? message[0] : null));
  }
}
