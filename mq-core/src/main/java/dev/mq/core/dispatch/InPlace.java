package dev.mq.core.dispatch;

import com.google.common.util.concurrent.Uninterruptibles;
import dev.mq.api.MqException;
import dev.mq.api.Retry;
import dev.mq.core.runtime.Nanos;
import dev.mq.spi.SettleOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Retries a handler in the slot it ran in, so that nothing overtakes the message. The failures
 * counted here live as long as the lease: when the consumer closes during a wait, the message is
 * given back natively, in its order, and its count starts again. Thread-safe.
 */
final class InPlace {
  private final Retry retry;
  private final FailurePolicy policy;

  InPlace(Settings settings, FailurePolicy policy) {
    this.retry = settings.retry();
    this.policy = policy;
  }

  /**
   * Settles a delivery whose handler ended, or waits and returns the delivery to run it with again.
   */
  @Nullable DeliveryImpl again(DeliveryImpl d, @Nullable Throwable failure) {
    long delay = failedDelay(d, failure);
    return delay >= 0 && await(d, delay) ? next(d) : null;
  }

  /**
   * The same for a batch: waits once, for the longest of the waits, and returns what has to be run
   * again.
   */
  List<DeliveryImpl> again(List<DeliveryImpl> batch, @Nullable Throwable failure) {
    List<DeliveryImpl> failed = new ArrayList<>();
    long longest = 0;
    for (DeliveryImpl d : batch) {
      long delay = failedDelay(d, failure);
      if (delay >= 0) {
        failed.add(d);
        longest = Math.max(longest, delay);
      }
    }
    List<DeliveryImpl> result = new ArrayList<>();
    for (DeliveryImpl d : failed) {
      // The first one waits for all; the others only find out whether they are still to be run.
      if (await(d, result.isEmpty() ? longest : 0)) {
        DeliveryImpl next = next(d);
        if (next != null) {
          result.add(next);
        }
      }
    }
    return result;
  }

  /**
   * Returns how long to wait before the handler is run again, or -1 when it is not; the delivery is
   * then claimed as failed.
   */
  private long failedDelay(DeliveryImpl d, @Nullable Throwable failure) {
    MqException undecodable = d.undecodable;
    Throwable cause = undecodable != null ? undecodable : failure;
    if (cause == null && d.claim(DeliveryImpl.ACK)) {
      d.lane.submit(d, SettleOutcome.ACK, 0);
      return -1;
    }
    boolean thrown = cause != null && d.claim(DeliveryImpl.NACK);
    if (!thrown && d.state() != DeliveryImpl.NACK) {
      return -1;
    }
    if (undecodable != null) {
      if (policy.endsUndecodable()) {
        policy.undecodable(d, undecodable);
        return -1;
      }
      policy.noteUndecodable(d, undecodable);
      return Nanos.of(retry.max());
    }
    int failures = d.failures() + 1;
    if (policy.isRejected(cause) || policy.isLimit(failures)) {
      policy.failed(d, cause);
      return -1;
    }
    policy.note(d, failures, cause);
    long asked = d.askedDelayNanos();
    return asked >= 0 ? asked : Nanos.of(retry.delayAfter(failures));
  }

  /** Waits; returns false when the delivery was given back or lost meanwhile. */
  private boolean await(DeliveryImpl d, long delayNanos) {
    CountDownLatch over = new CountDownLatch(1);
    AtomicBoolean lost = new AtomicBoolean();
    Delays delays = policy.delays();
    delays.after(
        d,
        delayNanos,
        over::countDown,
        () -> {
          lost.set(true);
          over.countDown();
        });
    if (!d.lane.held().holds(d)) {
      // Lost before there was a wait that the loss could end.
      delays.cancel(d);
    }
    boolean interrupted = false;
    try {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      interrupted = true;
      if (delays.cancel(d)) {
        return giveBack(d);
      }
      Uninterruptibles.awaitUninterruptibly(over);
    }
    if (lost.get()) {
      return false;
    }
    return !(interrupted || delays.isHurried()) || giveBack(d);
  }

  private static boolean giveBack(DeliveryImpl d) {
    d.lane.submit(d, SettleOutcome.RELEASE, 0);
    return false;
  }

  private static @Nullable DeliveryImpl next(DeliveryImpl d) {
    DeliveryImpl next =
        new DeliveryImpl(
            d.lane,
            d.token,
            d.message(),
            d.attempt() + 1,
            d.failures() + 1,
            d.expiresAtMillis,
            DeliveryImpl.OPEN,
            d);
    // It is in the handler's slot: a pause or an end must not take it for one that waits.
    next.isHanded = true;
    return d.lane.held().replace(d, next) ? next : null;
  }
}
