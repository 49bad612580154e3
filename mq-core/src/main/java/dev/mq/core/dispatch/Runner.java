package dev.mq.core.dispatch;

import dev.mq.api.BatchHandler;
import dev.mq.api.BrokerEvent;
import dev.mq.api.Delivery;
import dev.mq.api.DeliveryHandler;
import dev.mq.api.MqException;
import dev.mq.core.runtime.Kernel;
import dev.mq.spi.SettleOutcome;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs the program's handler for deliveries and settles what the handler left to the runtime.
 * Thread-safe; one slot is used by one thread at a time.
 */
final class Runner {
  private final Kernel kernel;
  private final Settings settings;
  private final FailurePolicy policy;
  private final HoldWatch watch;
  private final @Nullable DeliveryHandler handler;
  private final @Nullable BatchHandler batchHandler;
  private final @Nullable InPlace inPlace;
  private final boolean manual;

  Runner(
      Kernel kernel,
      Settings settings,
      FailurePolicy policy,
      HoldWatch watch,
      @Nullable DeliveryHandler handler,
      @Nullable BatchHandler batchHandler) {
    this.kernel = kernel;
    this.settings = settings;
    this.policy = policy;
    this.watch = watch;
    this.handler = handler;
    this.batchHandler = batchHandler;
    boolean again = settings.retry().isInPlace() && settings.onReturn();
    this.inPlace = again ? new InPlace(settings, policy) : null;
    this.manual = !settings.onReturn() && !settings.settledOnReceipt();
  }

  /**
   * Returns whether a delivery is still to be handled; ends it when it has expired or is over a
   * limit.
   */
  boolean admit(DeliveryImpl d) {
    if (settings.settledOnReceipt()) {
      if (isExpired(d)) {
        d.lane.held().remove(d);
        d.lane.signal();
        return false;
      }
      return true;
    }
    if (d.state() != DeliveryImpl.OPEN) {
      return false;
    }
    if (isExpired(d)) {
      if (d.claim(DeliveryImpl.RUNTIME)) {
        policy.expired(d);
      }
      return false;
    }
    if (policy.isLimit(d.failures())) {
      if (d.claim(DeliveryImpl.RUNTIME)) {
        policy.atLimit(d);
      }
      return false;
    }
    if (policy.isOverDeliveries(d)) {
      if (d.claim(DeliveryImpl.RUNTIME)) {
        policy.overDeliveries(d);
      }
      return false;
    }
    if (d.mustMove) {
      if (d.claim(DeliveryImpl.RUNTIME)) {
        policy.move(d);
      }
      return false;
    }
    Throwable keyError = d.keyError;
    if (keyError != null) {
      if (d.claim(DeliveryImpl.NACK)) {
        policy.failed(d, keyError);
      }
      return false;
    }
    return true;
  }

  private boolean isExpired(DeliveryImpl d) {
    return d.expiresAtMillis != Long.MAX_VALUE
        && kernel.time().now().toEpochMilli() > d.expiresAtMillis;
  }

  /** Marks a delivery as handed out to the program. */
  void handOut(DeliveryImpl d, long now) {
    d.isHanded = true;
    if (manual) {
      d.handedNanos = now == 0 ? 1 : now;
    }
  }

  /** Runs the handler for a delivery that was admitted. */
  void run(Slot slot, DeliveryImpl first) {
    DeliveryImpl d = first;
    while (d != null) {
      Throwable failure = call(slot, d);
      if (inPlace == null) {
        settle(d, failure);
        return;
      }
      d = inPlace.again(d, failure);
    }
  }

  private @Nullable Throwable call(Slot slot, DeliveryImpl d) {
    long now = kernel.time().nanoTime();
    handOut(d, now);
    slot.begin(d, now);
    watch.handedOut();
    Throwable failure = null;
    try {
      if (handler != null) {
        handler.handle(d);
      }
    } catch (Throwable t) {
      failure = t;
    }
    return ended(slot, d, failure);
  }

  private @Nullable Throwable ended(Slot slot, DeliveryImpl d, @Nullable Throwable failure) {
    boolean tooLong = slot.end();
    if (settings.ownExecutor()) {
      // What a handler leaves behind must not reach the next one.
      Thread.interrupted();
    } else if (failure instanceof InterruptedException && !tooLong) {
      Thread.currentThread().interrupt();
    }
    return tooLong ? watch.error(d) : failure;
  }

  private void settle(DeliveryImpl d, @Nullable Throwable failure) {
    MqException undecodable = d.undecodable;
    if (settings.settledOnReceipt()) {
      done(d, undecodable != null ? undecodable : failure);
    } else if (undecodable != null) {
      if (d.claim(DeliveryImpl.RUNTIME)) {
        policy.undecodable(d, undecodable);
      }
    } else if (failure != null) {
      if (d.claim(DeliveryImpl.NACK)) {
        policy.failed(d, failure);
      }
    } else if (!manual && d.claim(DeliveryImpl.ACK)) {
      d.lane.submit(d, SettleOutcome.ACK, 0);
    }
  }

  /** Ends a delivery that came settled: its place in the prefetch is free again. */
  private void done(DeliveryImpl d, @Nullable Throwable failure) {
    if (failure != null) {
      String text =
          "message "
              + d.message().id()
              + " was settled on receipt and its handler failed: "
              + failure.getClass().getName();
      kernel.event(BrokerEvent.Type.DROPPED, "queue:" + settings.queue(), text, null);
    }
    d.lane.held().remove(d);
    d.lane.signal();
  }

  /** Runs the batch handler for deliveries that were admitted. */
  void run(Slot slot, List<DeliveryImpl> first) {
    List<DeliveryImpl> batch = first;
    while (!batch.isEmpty()) {
      Throwable failure = call(slot, batch);
      if (inPlace == null) {
        for (DeliveryImpl d : batch) {
          settle(d, failure);
        }
        return;
      }
      batch = inPlace.again(batch, failure);
    }
  }

  private @Nullable Throwable call(Slot slot, List<DeliveryImpl> batch) {
    long now = kernel.time().nanoTime();
    for (DeliveryImpl d : batch) {
      handOut(d, now);
    }
    slot.begin(batch, now);
    watch.handedOut();
    Throwable failure = null;
    try {
      if (batchHandler != null) {
        List<Delivery> view = Collections.unmodifiableList(new ArrayList<Delivery>(batch));
        batchHandler.handle(view);
      }
    } catch (Throwable t) {
      failure = t;
    }
    return ended(slot, batch.get(0), failure);
  }
}
