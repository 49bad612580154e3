package dev.mq.core.dispatch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One place in which a handler runs, and what is needed to interrupt that handler and no other.
 *
 * <p>Invariants: {@code state} holds a phase and the number of the run, so that an interrupt meant
 * for one run never starts in another; while it is {@code INTERRUPTING} the thread inside cannot
 * leave {@link #end}.
 */
final class Slot {
  private static final int PHASE_BITS = 2;
  private static final long PHASE = (1 << PHASE_BITS) - 1;
  private static final long IDLE = 0;
  private static final long RUNNING = 1;
  private static final long INTERRUPTING = 2;
  private static final long INTERRUPTED = 3;
  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Slot.class, "state", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile long state;
  private @Nullable Thread thread;
  private @Nullable DeliveryImpl single;
  private @Nullable List<DeliveryImpl> several;
  private long startedNanos;

  void begin(DeliveryImpl d, long now) {
    single = d;
    several = null;
    start(now);
  }

  void begin(List<DeliveryImpl> deliveries, long now) {
    single = null;
    several = deliveries;
    start(now);
  }

  private void start(long now) {
    thread = Thread.currentThread();
    startedNanos = now;
    STATE.setVolatile(this, ((state >>> PHASE_BITS) + 1) << PHASE_BITS | RUNNING);
  }

  /**
   * Ends a run; returns whether it was interrupted for running too long, an interrupt that is then
   * taken back.
   */
  boolean end() {
    long s = state;
    if ((s & PHASE) == RUNNING && STATE.compareAndSet(this, s, (s & ~PHASE) | IDLE)) {
      single = null;
      several = null;
      return false;
    }
    while ((state & PHASE) == INTERRUPTING) {
      Thread.onSpinWait();
    }
    Thread.interrupted();
    single = null;
    several = null;
    STATE.setVolatile(this, (state & ~PHASE) | IDLE);
    return true;
  }

  boolean isRunning() {
    return (state & PHASE) != IDLE;
  }

  boolean isInside(Thread t) {
    return isRunning() && thread == t;
  }

  /**
   * Returns when the running handler began, or {@code otherwise} when none runs or it was
   * interrupted already.
   */
  long startedOr(long otherwise) {
    long s = state;
    long started = startedNanos;
    return (s & PHASE) == RUNNING && state == s ? started : otherwise;
  }

  /**
   * Interrupts the handler if it is the one that began at a moment; returns what it has not
   * settled, claimed as failed when {@code claim} says so.
   */
  List<DeliveryImpl> interrupt(long began, boolean claim) {
    long s = state;
    if ((s & PHASE) != RUNNING
        || startedNanos != began
        || !STATE.compareAndSet(this, s, (s & ~PHASE) | INTERRUPTING)) {
      return List.of();
    }
    DeliveryImpl one = single;
    List<DeliveryImpl> many = several;
    List<DeliveryImpl> all =
        one != null ? List.of(one) : many != null ? List.copyOf(many) : List.of();
    List<DeliveryImpl> failed =
        all.stream()
            .filter(d -> claim ? d.claim(DeliveryImpl.NACK) : d.state() == DeliveryImpl.OPEN)
            .toList();
    Thread t = thread;
    if (t != null) {
      t.interrupt();
    }
    STATE.setVolatile(this, (s & ~PHASE) | INTERRUPTED);
    return failed;
  }
}
