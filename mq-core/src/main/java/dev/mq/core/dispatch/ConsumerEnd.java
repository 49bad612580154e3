package dev.mq.core.dispatch;

import dev.mq.api.BrokerEvent;
import dev.mq.api.MqException;
import dev.mq.api.SettleResult;
import dev.mq.core.runtime.Kernel;
import dev.mq.core.runtime.Nanos;
import dev.mq.spi.QueueSubscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a consumer ends, once, on a thread of its own, in real time: stop intake, let handlers
 * finish, settle, give back, close. A backend that hangs holds up that thread, never the caller
 * beyond the timeout.
 */
final class ConsumerEnd {
  private static final Logger LOG = LoggerFactory.getLogger(ConsumerEnd.class);

  /** What the steps after the handlers get when those have used up the timeout. */
  private static final long GRACE = TimeUnit.MILLISECONDS.toNanos(200);

  private final Kernel kernel;
  private final Settings settings;
  private final QueueConsumer consumer;
  private final AtomicBoolean begun = new AtomicBoolean();
  private final AtomicReference<@Nullable QueueSubscription> subscription = new AtomicReference<>();
  private final CountDownLatch started = new CountDownLatch(1);
  private final CountDownLatch noHandlerStarts = new CountDownLatch(1);
  private final CountDownLatch done = new CountDownLatch(1);
  private final CompletableFuture<Void> terminated = new CompletableFuture<>();
  private final Semaphore ranDry = new Semaphore(0);
  private volatile boolean insideHandler;
  private volatile boolean handlersEnded;

  /** Whether a lane hung at the end, so that it is the last one out who closes the subscription. */
  private volatile boolean leftToPumps;

  private volatile boolean opened;

  ConsumerEnd(Kernel kernel, Settings settings, QueueConsumer consumer) {
    this.kernel = kernel;
    this.settings = settings;
    this.consumer = consumer;
  }

  void opened(QueueSubscription s) {
    subscription.set(s);
    opened = true;
  }

  void started() {
    started.countDown();
  }

  /** Called when subscribing failed: there is nothing to close. */
  void neverOpened() {
    opened = false;
    subscription.set(null);
    started.countDown();
  }

  CompletionStage<Void> terminated() {
    return terminated.minimalCompletionStage();
  }

  boolean close(Duration timeout) {
    long deadline =
        consumer.real().nanoTime() + Nanos.of(timeout.isNegative() ? Duration.ZERO : timeout);
    boolean inside = consumer.sink().isInsideHandler();
    if (inside) {
      insideHandler = true;
      ranDry.release();
    }
    begin(timeout, null);
    try {
      if (inside) {
        noHandlerStarts.await();
        return true;
      }
      if (!done.await(
          Math.max(0, deadline - consumer.real().nanoTime()) + 2 * GRACE, TimeUnit.NANOSECONDS)) {
        LOG.warn("{}: backend did not let go within the close timeout", consumer.name());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return handlersEnded;
  }

  /**
   * Begins to end, after it has told why it does so by itself; nothing when that has begun before.
   * Does not block.
   */
  void begin(Duration timeout, @Nullable MqException error) {
    if (!begun.compareAndSet(false, true)) {
      return;
    }
    long deadline =
        consumer.real().nanoTime() + Nanos.of(timeout.isNegative() ? Duration.ZERO : timeout);
    if (error != null) {
      kernel.event(
          BrokerEvent.Type.CONSUMER_ENDED,
          consumer.address(),
          "consumer '" + consumer.name() + "' ended: " + error.code(),
          error);
    }
    kernel
        .threads("consumer-" + settings.name() + "-close")
        .newThread(() -> run(deadline, error))
        .start();
  }

  private void run(long deadline, @Nullable MqException error) {
    try {
      started.await();
      if (opened) {
        end(deadline);
      }
    } catch (InterruptedException e) {
      LOG.debug("{}: interrupted while closing", consumer.name());
    } catch (RuntimeException e) {
      LOG.error("{}: close failed", consumer.name(), e);
    } finally {
      noHandlerStarts.countDown();
      consumer.real().shutdown();
      kernel.release(consumer);
      done.countDown();
      complete(error);
    }
  }

  private void end(long deadline) throws InterruptedException {
    Sink sink = consumer.sink();
    consumer.stopIntake();
    if (settings.settledOnReceipt() && !insideHandler) {
      awaitEmpty(sink, deadline);
    }
    List<DeliveryImpl> unseen = sink.stop();
    noHandlerStarts.countDown();
    for (DeliveryImpl d : unseen) {
      consumer.giveBack(d);
    }
    // Handlers that wait to be run again in place stop waiting, and delayed copies are published
    // now.
    consumer.policy().delays().hurry();
    handlersEnded = sink.awaitIdle(deadline);
    long last = Math.max(deadline, consumer.real().nanoTime() + GRACE);
    consumer.watch().stop();
    flush(last);
    leaveLanes(last);
  }

  /** Waits for handlers to take what came settled and could not be given back. */
  private void awaitEmpty(Sink sink, long deadline) throws InterruptedException {
    long left = deadline - consumer.real().nanoTime();
    while (left > 0 && sink.backlog() > 0 && !consumer.isPaused() && !insideHandler) {
      if (ranDry.tryAcquire(left, TimeUnit.NANOSECONDS)) {
        ranDry.drainPermits();
      }
      left = deadline - consumer.real().nanoTime();
    }
  }

  /** Called while the consumer stops and the sink has nothing left to hand to a handler. */
  void ranDry() {
    ranDry.release();
  }

  private void flush(long deadline) throws InterruptedException {
    try {
      consumer
          .flushing()
          .get(Math.max(0, deadline - consumer.real().nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LOG.debug("{}: settlements without an answer at close", consumer.name());
    }
  }

  private void leaveLanes(long deadline) throws InterruptedException {
    List<DeliveryImpl> left = new ArrayList<>();
    for (LanePump pump : consumer.lanes()) {
      for (DeliveryImpl d : pump.held().all()) {
        if (d.claim(DeliveryImpl.LOST)) {
          pump.answered(d, SettleResult.LEASE_LOST);
        } else {
          left.add(d);
        }
      }
    }
    boolean hangs = false;
    for (LanePump pump : consumer.lanes()) {
      if (!pump.shutDown(deadline)) {
        hangs = true;
        LOG.warn("{}: backend holds a lane at close", consumer.name());
      }
    }
    if (hangs) {
      leftToPumps = true;
      closeWhenAllAreOut();
    } else {
      closeSubscription();
    }
    for (DeliveryImpl d : left) {
      if (!d.isAnswered()) {
        d.lane.answered(d, SettleResult.UNKNOWN);
      }
    }
  }

  /**
   * Called by a pump that has ended; the last one out of a lane that hung closes the subscription.
   */
  void pumpEnded() {
    if (leftToPumps) {
      closeWhenAllAreOut();
    }
  }

  private void closeWhenAllAreOut() {
    for (LanePump pump : consumer.lanes()) {
      if (!pump.isOut()) {
        return;
      }
    }
    closeSubscription();
  }

  private void closeSubscription() {
    QueueSubscription s = subscription.getAndSet(null);
    if (s != null) {
      try {
        s.close();
      } catch (RuntimeException e) {
        LOG.warn("{}: closing the subscription failed", consumer.name(), e);
      }
    }
  }

  private void complete(@Nullable MqException error) {
    Runnable completion =
        () -> {
          if (error == null) {
            terminated.complete(null);
          } else {
            terminated.completeExceptionally(error);
          }
        };
    kernel.completions().execute(completion);
  }
}
