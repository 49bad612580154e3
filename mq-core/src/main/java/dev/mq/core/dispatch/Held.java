package dev.mq.core.dispatch;

import dev.mq.api.SettleResult;
import dev.mq.spi.Lane;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries of one lane that the broker has not answered yet, oldest first, and how many of
 * them are unsettled.
 *
 * <p>Invariants: everything is guarded by {@code lock}, under which nothing blocks and no lane is
 * called; {@code unsettled} counts those whose settlement was not handed to the lane and whose
 * lease was not lost. Leases are renewed together, on ticks of a quarter of their length, when one
 * is two ticks old: after a quarter at the earliest, a half at the latest.
 */
final class Held {
  private final LanePump pump;
  private final Lane lane;
  private final TimeSource time;
  private final long leaseNanos;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable DeliveryImpl oldest;
  private @Nullable DeliveryImpl newest;
  private int size;
  private volatile int unsettled;
  private int tick;
  private boolean ticking;
  private boolean stopped;
  private volatile boolean renewalDue;

  Held(LanePump pump, Lane lane, long leaseNanos, TimeSource time) {
    this.pump = pump;
    this.lane = lane;
    this.time = time;
    this.leaseNanos = leaseNanos;
  }

  int unsettled() {
    return unsettled;
  }

  boolean isEmpty() {
    lock.lock();
    try {
      return size == 0;
    } finally {
      lock.unlock();
    }
  }

  void add(DeliveryImpl[] deliveries, int count) {
    lock.lock();
    try {
      for (int i = 0; i < count; i++) {
        link(deliveries[i]);
      }
      setUnsettled(unsettled + count);
      startTicking();
    } finally {
      lock.unlock();
    }
  }

  private void setUnsettled(int n) {
    unsettled = n;
  }

  private void link(DeliveryImpl d) {
    DeliveryImpl last = newest;
    d.heldBefore = last;
    if (last == null) {
      oldest = d;
    } else {
      last.heldAfter = d;
    }
    newest = d;
    d.isHeld = true;
    d.isCounted = true;
    d.leaseTick = tick;
    size++;
  }

  private void unlink(DeliveryImpl d) {
    if (!d.isHeld) {
      return;
    }
    DeliveryImpl before = d.heldBefore;
    DeliveryImpl after = d.heldAfter;
    if (before == null) {
      oldest = after;
    } else {
      before.heldAfter = after;
    }
    if (after == null) {
      newest = before;
    } else {
      after.heldBefore = before;
    }
    d.heldBefore = null;
    d.heldAfter = null;
    d.isHeld = false;
    size--;
    uncount(d);
  }

  private void uncount(DeliveryImpl d) {
    if (d.isCounted) {
      d.isCounted = false;
      setUnsettled(unsettled - 1);
    }
  }

  void remove(DeliveryImpl d) {
    lock.lock();
    try {
      unlink(d);
    } finally {
      lock.unlock();
    }
  }

  void removeAll(@Nullable DeliveryImpl[] entries, int count) {
    lock.lock();
    try {
      for (int i = 0; i < count; i++) {
        DeliveryImpl d = entries[i];
        if (d != null) {
          unlink(d);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Moves settlements from a list into a batch about to be handed to the lane; returns those that
   * found no room.
   */
  @Nullable DeliveryImpl fill(SettleRun run, DeliveryImpl first) {
    lock.lock();
    try {
      DeliveryImpl d = first;
      boolean room = true;
      while (d != null && room) {
        DeliveryImpl next = d.nextPending;
        d.nextPending = null;
        uncount(d);
        room = run.add(d);
        d = next;
      }
      return d;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Puts a delivery that is run again in the place of the one before; returns false when that one
   * is not leased any more.
   */
  boolean replace(DeliveryImpl old, DeliveryImpl next) {
    lock.lock();
    try {
      if (!old.isHeld) {
        return false;
      }
      int lease = old.leaseTick;
      unlink(old);
      link(next);
      next.leaseTick = lease;
      setUnsettled(unsettled + 1);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether a delivery is leased and its settlement was not answered. */
  boolean holds(DeliveryImpl d) {
    lock.lock();
    try {
      return d.isHeld;
    } finally {
      lock.unlock();
    }
  }

  /** Returns those that are held. */
  List<DeliveryImpl> all() {
    List<DeliveryImpl> result = new ArrayList<>();
    lock.lock();
    try {
      for (DeliveryImpl d = oldest; d != null; d = d.heldAfter) {
        result.add(d);
      }
    } finally {
      lock.unlock();
    }
    return result;
  }

  /**
   * Marks leases lost. What is handed to the lane already gets its answer from there; of all else
   * the loss is the answer. What came settled had no lease.
   *
   * @param tokens of those that lost it, or null for all
   * @return whether a delivery the program has was among them
   */
  boolean lost(long @Nullable [] tokens) {
    long[] sorted = tokens == null ? null : tokens.clone();
    if (sorted != null) {
      Arrays.sort(sorted);
    }
    boolean handed = false;
    List<DeliveryImpl> gone = new ArrayList<>();
    lock.lock();
    try {
      DeliveryImpl next;
      for (DeliveryImpl d = oldest; d != null; d = next) {
        next = d.heldAfter;
        if (sorted != null && Arrays.binarySearch(sorted, d.token) < 0) {
          continue;
        }
        boolean open = d.claim(DeliveryImpl.LOST);
        handed |= open && d.isHanded;
        if (open || (d.isCounted && d.state() != DeliveryImpl.NONE)) {
          // Not held any more from here on, so that it is not replaced to be run again.
          unlink(d);
          gone.add(d);
        }
      }
    } finally {
      lock.unlock();
    }
    for (DeliveryImpl d : gone) {
      pump.policy().giveUp(d);
      pump.answered(d, SettleResult.LEASE_LOST);
    }
    pump.leasesLost();
    return handed;
  }

  private void startTicking() {
    if (leaseNanos > 0 && !ticking && !stopped && size > 0) {
      ticking = true;
      time.schedule(Duration.ofNanos(Math.max(1, leaseNanos / 4)), this::onTick);
    }
  }

  private void onTick() {
    lock.lock();
    try {
      tick++;
      ticking = false;
      startTicking();
    } finally {
      lock.unlock();
    }
    renewalDue = true;
    pump.signal();
  }

  void stopRenewing() {
    lock.lock();
    try {
      stopped = true;
    } finally {
      lock.unlock();
    }
  }

  boolean renewalIsDue() {
    return renewalDue;
  }

  /** Renews what is due. Called by whoever holds the lane. */
  void renew() {
    if (!renewalDue) {
      return;
    }
    renewalDue = false;
    boolean due = false;
    lock.lock();
    try {
      for (DeliveryImpl d = oldest; d != null; d = d.heldAfter) {
        due |= d.isCounted && tick - d.leaseTick >= 2;
      }
      for (DeliveryImpl d = due ? oldest : null; d != null; d = d.heldAfter) {
        d.leaseTick = tick;
      }
    } finally {
      lock.unlock();
    }
    if (due) {
      lane.renew();
    }
  }
}
