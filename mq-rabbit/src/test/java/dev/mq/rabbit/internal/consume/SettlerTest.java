package dev.mq.rabbit.internal.consume;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import dev.mq.api.SettleResult;
import dev.mq.spi.SettleBatch;
import dev.mq.spi.SettleOutcome;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What two threads do to one channel: the lane's, which settles, and the client's, which answers.
 */
@Timeout(60)
final class SettlerTest {
  private static final int COUNT = 100_000;

  private final LinkedBlockingQueue<CompletableFuture<Object>> barriers =
      new LinkedBlockingQueue<>();
  private final AtomicInteger acknowledged = new AtomicInteger();
  private final AtomicInteger wrong = new AtomicInteger();

  /** A channel that takes ranges of tags and answers barriers when told. */
  private final Channel channel =
      (Channel)
          Proxy.newProxyInstance(
              SettlerTest.class.getClassLoader(),
              new Class<?>[] {Channel.class},
              (proxy, method, args) -> {
                switch (method.getName()) {
                  case "basicAck" -> ack((Long) args[0], (Boolean) args[1]);
                  case "asyncCompletableRpc" -> {
                    CompletableFuture<Object> barrier = new CompletableFuture<>();
                    barriers.add(barrier);
                    return barrier;
                  }
                  default -> wrong.incrementAndGet();
                }
                return null;
              });

  private void ack(long tag, boolean multiple) {
    if (!multiple || tag <= acknowledged.getAndSet((int) tag)) {
      wrong.incrementAndGet();
    }
  }

  /** Counts the answers of each tag. */
  private static final class Counting implements SettleBatch {
    final AtomicIntegerArray answers = new AtomicIntegerArray(COUNT + 1);
    final CountDownLatch all = new CountDownLatch(COUNT);

    @Override
    public int size() {
      return COUNT;
    }

    @Override
    public long token(int index) {
      return index;
    }

    @Override
    public SettleOutcome outcome(int index) {
      return SettleOutcome.ACK;
    }

    @Override
    public long delayNanos(int index) {
      return 0;
    }

    @Override
    public void settled(int index, SettleResult result) {
      answers.incrementAndGet(index);
      all.countDown();
    }

    @Override
    public void settledAll(SettleResult result) {
      throw new AssertionError("not by the entry");
    }
  }

  @Test
  void eachTagIsSentAndAnsweredOnceWhileBarriersReturn() throws Exception {
    Settler settler = new Settler(channel, "q");
    Counting batch = new Counting();
    CompletableFuture<Object> end = new CompletableFuture<>();
    Thread client = new Thread(() -> answer(end));
    client.start();
    SettleQueue one = new SettleQueue();
    for (int tag = 1; tag <= COUNT; tag++) {
      one.add(batch, tag, tag, SettleOutcome.ACK);
      settler.settle(one);
      if (tag % 3 == 0) {
        Thread.onSpinWait();
      }
    }
    assertThat(batch.all.await(30, SECONDS)).isTrue();
    barriers.add(end);
    client.join();

    assertThat(wrong).hasValue(0);
    for (int tag = 1; tag <= COUNT; tag++) {
      assertThat(batch.answers.get(tag)).as("answers of tag %d", tag).isEqualTo(1);
    }
  }

  private void answer(CompletableFuture<Object> end) {
    try {
      for (CompletableFuture<Object> b = barriers.take(); b != end; b = barriers.take()) {
        b.complete(null);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
