package dev.mq.core.dispatch;

import dev.mq.api.MqException;
import dev.mq.api.SettleResult;
import dev.mq.core.runtime.Kernel;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.Lane;
import dev.mq.spi.SettleOutcome;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives one lane: settles, renews, receives. Its thread does all of it; a helper on the real clock
 * wakes it for settlements that waited for company, and does its work while it is inside a handler.
 *
 * <p>Invariants: whoever calls the lane holds {@code laneLock}, so that one thread at a time does;
 * settlements come from any thread over a stack, and whoever makes it non-empty wakes the pump or
 * arms the helper; each change another thread makes is published before it reads {@code phase}, and
 * the pump looks for changes after it has written {@code phase} and before it waits.
 */
final class LanePump implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(LanePump.class);
  private static final int MAX_BATCH = 512;

  /** How long settlements wait at most; real time, whatever the broker's clock does. */
  private static final Duration HELP_AFTER = Duration.ofMillis(5);

  private static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(1);
  private static final long FIRST_BACKOFF = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LONGEST_BACKOFF = TimeUnit.SECONDS.toNanos(5);
  private static final long BARRIER_RETRY = TimeUnit.MILLISECONDS.toNanos(5);

  private static final int RUNNING = 0;
  private static final int RECEIVING = 1;
  private static final int PARKED = 2;
  private static final int HANDLING = 3;

  private static final VarHandle PENDING;
  private static final VarHandle SUBMITTED;
  private static final VarHandle HELPED;
  private static final VarHandle SPARE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      PENDING = lookup.findVarHandle(LanePump.class, "pending", DeliveryImpl.class);
      SUBMITTED = lookup.findVarHandle(LanePump.class, "submitted", int.class);
      HELPED = lookup.findVarHandle(LanePump.class, "helped", boolean.class);
      SPARE = lookup.findVarHandle(LanePump.class, "spare", SettleRun.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final QueueConsumer owner;
  private final Lane lane;
  private final Intake intake;
  private final int quota;
  private final int settleEvery;
  private final Held held;
  private final ReentrantLock laneLock = new ReentrantLock();
  private final DeliveryBatch batch;
  private final DeliveryImpl[] received;

  private volatile @Nullable DeliveryImpl pending;
  private volatile int phase;
  private volatile boolean closed;
  private volatile boolean barrier;

  /** How many settlements are on the stack or about to be; counted before they are pushed. */
  @SuppressWarnings("UnusedVariable") // by SUBMITTED
  private volatile int submitted;

  @SuppressWarnings("UnusedVariable") // by HELPED
  private volatile boolean helped;

  @SuppressWarnings("UnusedVariable") // by SPARE
  private volatile @Nullable SettleRun spare;

  private volatile @Nullable Thread thread;
  private int sinceSettle;
  private boolean gaveBack;
  private long backoff = FIRST_BACKOFF;

  /**
   * Creates a pump.
   *
   * @param leased false when deliveries come settled, so that there is no lease to renew
   */
  LanePump(QueueConsumer owner, Lane lane, Intake intake, boolean leased) {
    this.owner = owner;
    this.lane = lane;
    this.intake = intake;
    this.quota = lane.quota();
    this.settleEvery = Math.max(1, Math.min(64, quota / 4));
    this.held = new Held(this, lane, leased ? lane.leaseNanos() : 0, owner.kernel().time());
    this.batch = new DeliveryBatch(Math.min(quota, MAX_BATCH));
    this.received = new DeliveryImpl[batch.capacity()];
  }

  Lane lane() {
    return lane;
  }

  Held held() {
    return held;
  }

  String queue() {
    return owner.queue();
  }

  FailurePolicy policy() {
    return owner.policy();
  }

  Kernel kernel() {
    return owner.kernel();
  }

  Executor completions() {
    return owner.kernel().completions();
  }

  @Override
  public void run() {
    thread = Thread.currentThread();
    while (!closed) {
      try {
        step();
      } catch (InterruptedException e) {
        // Nobody has a reason to interrupt a pump; what a handler left behind must not end it.
        LOG.debug("{}: stray interrupt", owner.name());
      } catch (RuntimeException | Error e) {
        failed(e);
      }
    }
    owner.pumpEnded();
  }

  private void step() throws InterruptedException {
    service();
    owner.sink().turn(this);
    int room = room();
    if (owner.isPaused()) {
      owner.giveBackUnseen();
      giveBack();
    }
    if (room <= 0 || barrier) {
      park();
    } else {
      receive(room);
    }
  }

  private void failed(Throwable error) {
    if (closed) {
      return;
    }
    MqException e = owner.kernel().wrap(error, "receive", owner.address());
    if (!e.isRetryable()) {
      owner.end(e);
      LockSupport.parkNanos(this, LONGEST_WAIT);
      return;
    }
    LOG.debug("{}: receive failed, trying again", owner.name(), e);
    long wait = backoff;
    backoff = Math.min(backoff * 2, LONGEST_BACKOFF);
    phase = PARKED;
    if (!closed && pending == null) {
      LockSupport.parkNanos(this, wait);
    }
    phase = RUNNING;
  }

  private int room() {
    return owner.takesIn() ? quota - held.unsettled() : 0;
  }

  private void giveBack() {
    if (gaveBack) {
      return;
    }
    gaveBack = true;
    laneLock.lock();
    try {
      if (!closed) {
        settlePending();
        lane.pause();
      }
    } finally {
      laneLock.unlock();
    }
  }

  private void receive(int room) throws InterruptedException {
    int n;
    laneLock.lock();
    try {
      if (closed) {
        return;
      }
      settlePending();
      batch.reset(room);
      gaveBack = false;
      phase = RECEIVING;
      boolean changed = pending != null || held.renewalIsDue() || !owner.takesIn();
      n = lane.receive(batch, changed ? 0 : LONGEST_WAIT);
    } finally {
      phase = RUNNING;
      laneLock.unlock();
    }
    backoff = FIRST_BACKOFF;
    if (n == Lane.BARRIER) {
      barrier = true;
    }
    takeIn();
  }

  private void takeIn() {
    int n = batch.size();
    if (n == 0) {
      return;
    }
    for (int i = 0; i < n; i++) {
      received[i] = intake.make(this, batch, i);
    }
    batch.reset(0);
    held.add(received, n);
    if (owner.sink().mayHandleInAccept()) {
      enterHandlers();
      try {
        owner.sink().accept(received, n);
      } finally {
        leaveHandlers();
      }
    } else {
      owner.sink().accept(received, n);
    }
    for (int i = 0; i < n; i++) {
      received[i] = null;
    }
  }

  private void park() {
    phase = PARKED;
    boolean nothingHeld = barrier && held.isEmpty();
    if (!closed
        && pending == null
        && !held.renewalIsDue()
        && (barrier || room() <= 0)
        && !owner.sink().hasTurn()) {
      LockSupport.parkNanos(this, nothingHeld ? BARRIER_RETRY : LONGEST_WAIT);
    }
    phase = RUNNING;
    if (nothingHeld) {
      barrier = false;
    }
  }

  /** Called by the pump's thread before it runs handlers itself. */
  void enterHandlers() {
    phase = HANDLING;
    if (pending != null) {
      armHelper();
    }
  }

  /** Called by the pump's thread between two handlers. */
  void betweenHandlers() {
    if (++sinceSettle >= settleEvery) {
      service();
    }
  }

  /** Called by the pump's thread when it has run handlers. */
  void leaveHandlers() {
    phase = RUNNING;
  }

  private void armHelper() {
    if (HELPED.compareAndSet(this, false, true)) {
      owner.schedule(HELP_AFTER, this::help);
    }
  }

  private void help() {
    HELPED.setVolatile(this, false);
    if (pending == null && !held.renewalIsDue()) {
      return;
    }
    if (phase != HANDLING) {
      signal();
    } else if (laneLock.tryLock()) {
      try {
        serviceLocked();
      } finally {
        laneLock.unlock();
      }
      if (closed) {
        owner.pumpEnded();
      }
    } else if (!closed) {
      armHelper();
    }
  }

  private void service() {
    sinceSettle = 0;
    if (pending != null || held.renewalIsDue()) {
      laneLock.lock();
      try {
        serviceLocked();
      } finally {
        laneLock.unlock();
      }
    }
  }

  private void serviceLocked() {
    if (!closed) {
      settlePending();
      held.renew();
    }
  }

  /**
   * Hands a settlement over to the lane. From any thread; the delivery's state was claimed by the
   * caller.
   *
   * <p>Goes out at once when nothing else of the lane is unsettled or enough have come together,
   * else the helper sends out what has come by then: a waiting pump is not woken for each of many.
   */
  void submit(DeliveryImpl d, SettleOutcome outcome, long delayNanos) {
    d.outcome = outcome;
    d.delayNanos = delayNanos;
    int together = (int) SUBMITTED.getAndAdd(this, 1) + 1;
    DeliveryImpl head;
    do {
      head = pending;
      d.nextPending = head;
    } while (!PENDING.compareAndSet(this, head, d));
    if (together == settleEvery || together >= held.unsettled()) {
      signal();
    } else if (head == null) {
      armHelper();
    }
    if (closed) {
      sweep();
    }
  }

  /** Makes the pump look for changes. From any thread. */
  void signal() {
    switch (phase) {
      case RECEIVING -> lane.wakeup();
      case PARKED -> LockSupport.unpark(thread);
      case HANDLING -> armHelper();
      default -> {
        // Running: it looks before it waits.
      }
    }
  }

  private void settlePending() {
    while (pending != null) {
      DeliveryImpl next = reversed((DeliveryImpl) PENDING.getAndSet(this, null));
      while (next != null) {
        SettleRun run = (SettleRun) SPARE.getAndSet(this, null);
        if (run == null) {
          run = new SettleRun(this);
        }
        next = held.fill(run, next);
        SUBMITTED.getAndAdd(this, -run.size());
        run.ready();
        settle(run);
      }
      barrier = false;
    }
  }

  private void settle(SettleRun run) {
    try {
      lane.settle(run);
    } catch (RuntimeException e) {
      LOG.error("{}: settle must not throw", owner.name(), e);
      if (run.isUntouched()) {
        run.settledAll(SettleResult.UNKNOWN);
      }
    }
  }

  private static @Nullable DeliveryImpl reversed(@Nullable DeliveryImpl newest) {
    DeliveryImpl oldest = null;
    DeliveryImpl d = newest;
    while (d != null) {
      DeliveryImpl next = d.nextPending;
      d.nextPending = oldest;
      oldest = d;
      d = next;
    }
    return oldest;
  }

  void answered(DeliveryImpl d, SettleResult result) {
    held.remove(d);
    d.answer(result);
  }

  void answered(@Nullable DeliveryImpl[] entries, int count, SettleResult result) {
    held.removeAll(entries, count);
    for (int i = 0; i < count; i++) {
      DeliveryImpl d = entries[i];
      if (d != null) {
        d.answer(result);
      }
    }
  }

  void recycle(SettleRun run) {
    SPARE.setVolatile(this, run);
  }

  /** Called when leases were lost: a barrier may be gone and there is room. */
  void leasesLost() {
    barrier = false;
    signal();
  }

  /**
   * Ends the use of the lane by anyone, after a last look for settlements.
   *
   * @return false when a thread is still inside the lane at the end of the wait
   */
  boolean shutDown(long deadlineNanos) throws InterruptedException {
    signal();
    boolean free =
        laneLock.tryLock(
            Math.max(0, deadlineNanos - owner.real().nanoTime()), TimeUnit.NANOSECONDS);
    try {
      if (free) {
        settlePending();
      }
      closed = true;
    } finally {
      if (free) {
        laneLock.unlock();
      }
    }
    held.stopRenewing();
    signal();
    sweep();
    return free;
  }

  /** Returns whether no thread is inside the lane. */
  boolean isOut() {
    return closed && !laneLock.isLocked();
  }

  private void sweep() {
    DeliveryImpl d = (DeliveryImpl) PENDING.getAndSet(this, null);
    while (d != null) {
      DeliveryImpl next = d.nextPending;
      d.nextPending = null;
      answered(d, SettleResult.UNKNOWN);
      d = next;
    }
  }
}
