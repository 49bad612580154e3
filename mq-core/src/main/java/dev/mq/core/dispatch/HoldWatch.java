package dev.mq.core.dispatch;

import dev.mq.api.BrokerEvent;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.core.runtime.Kernel;
import dev.mq.core.runtime.Nanos;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ends what a program holds for longer than it may. Thread-safe.
 *
 * <p>Costs no timer per message: one timer is set when something is handed out and none is set;
 * when it fires, it is set again for the earliest end among what is held then. What was handed out
 * later ends later, so none is missed and none is late.
 */
final class HoldWatch {
  private final Kernel kernel;
  private final TimeSource time;
  private final Settings settings;
  private final FailurePolicy policy;
  private final long maxNanos;
  private final List<Slot> slots = new CopyOnWriteArrayList<>();
  private final List<Held> helds = new CopyOnWriteArrayList<>();
  private final AtomicBoolean armed = new AtomicBoolean();
  private volatile boolean stopped;

  HoldWatch(Kernel kernel, Settings settings, FailurePolicy policy) {
    this.kernel = kernel;
    this.time = kernel.time();
    this.settings = settings;
    this.policy = policy;
    this.maxNanos = Nanos.of(settings.maxHold());
  }

  Slot newSlot() {
    Slot slot = new Slot();
    slots.add(slot);
    return slot;
  }

  /** Also watches what was handed out and stays unsettled after the handler's return. */
  void watch(Held held) {
    helds.add(held);
  }

  boolean isInside(Thread t) {
    for (Slot slot : slots) {
      if (slot.isInside(t)) {
        return true;
      }
    }
    return false;
  }

  /** Called after something was handed out. */
  void handedOut() {
    if (!armed.get() && armed.compareAndSet(false, true)) {
      schedule(maxNanos);
    }
  }

  void stop() {
    stopped = true;
  }

  private void schedule(long nanos) {
    time.schedule(Duration.ofNanos(Math.max(0, nanos)), this::check);
  }

  private void check() {
    if (stopped) {
      return;
    }
    long wait = endOverdue();
    if (wait >= 0) {
      schedule(wait);
      return;
    }
    armed.set(false);
    wait = endOverdue();
    if (wait >= 0 && armed.compareAndSet(false, true)) {
      schedule(wait);
    }
  }

  /** Ends what is overdue; returns how long until the next end, or -1 when nothing is held. */
  private long endOverdue() {
    long now = time.nanoTime();
    long next = -1;
    for (Slot slot : slots) {
      long began = slot.startedOr(Long.MIN_VALUE);
      if (began == Long.MIN_VALUE) {
        continue;
      }
      long left = maxNanos - (now - began);
      if (left <= 0) {
        interrupt(slot, began);
      } else {
        next = next < 0 ? left : Math.min(next, left);
      }
    }
    for (Held held : helds) {
      for (DeliveryImpl d : held.all()) {
        long handed = d.handedNanos;
        if (handed == 0 || d.state() != DeliveryImpl.OPEN) {
          continue;
        }
        long left = maxNanos - (now - handed);
        if (left <= 0) {
          if (d.claim(DeliveryImpl.NACK)) {
            fail(d);
          }
        } else {
          next = next < 0 ? left : Math.min(next, left);
        }
      }
    }
    return next;
  }

  private void interrupt(Slot slot, long began) {
    boolean claim = !settings.retry().isInPlace();
    List<DeliveryImpl> failed = new ArrayList<>(slot.interrupt(began, claim));
    for (DeliveryImpl d : failed) {
      if (claim) {
        fail(d);
      } else {
        tell(d);
      }
    }
  }

  private void fail(DeliveryImpl d) {
    MqException error = tell(d);
    policy.failed(d, error);
  }

  private MqException tell(DeliveryImpl d) {
    MqException error = error(d);
    kernel.event(
        BrokerEvent.Type.MAX_HOLD_EXCEEDED,
        "queue:" + settings.queue(),
        String.valueOf(error.getMessage()),
        error);
    return error;
  }

  /** Returns the failure of a delivery that was held too long. */
  MqException error(DeliveryImpl d) {
    return new MqException(
        ErrorCode.MAX_HOLD_EXCEEDED,
        true,
        true,
        "handle message "
            + d.message().id()
            + " of queue '"
            + settings.queue()
            + "': held longer than "
            + settings.maxHold(),
        null);
  }
}
