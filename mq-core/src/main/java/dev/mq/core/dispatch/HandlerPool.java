package dev.mq.core.dispatch;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs handlers in slots on an executor. Work conserving: whenever a delivery is ready and fewer
 * than {@code concurrency} tasks are in use, a task is handed to the executor.
 *
 * <p>Invariants, under {@code lock}: {@code active} tasks were handed to the executor and have not
 * ended, {@code starting} of them have not taken work yet, {@code running} are inside a handler.
 * The executor and the handler are called without the lock.
 *
 * <p>A task on the library's own threads takes one delivery after another while there are any; on
 * the program's executor it takes one, so that what else the program runs there gets its turn. An
 * executor that refuses a task is asked again after a while or when a handler ends; the message
 * waits and has not failed.
 */
final class HandlerPool implements Sink {
  private static final Logger LOG = LoggerFactory.getLogger(HandlerPool.class);
  private static final Duration ASK_AGAIN = Duration.ofMillis(50);

  private final QueueConsumer owner;
  private final Runner runner;
  private final HoldWatch watch;
  private final Executor executor;
  private final boolean ownExecutor;
  private final int concurrency;
  private final int maxBatch;
  private final @Nullable KeyOrder order;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();
  private final ArrayDeque<DeliveryImpl> ready = new ArrayDeque<>();
  private final ArrayDeque<Slot> freeSlots = new ArrayDeque<>();
  private int active;
  private int starting;
  private int running;
  private boolean refused;
  private boolean stopped;
  private volatile boolean turnDue;

  /**
   * Creates one.
   *
   * @param maxBatch how many deliveries go to the batch handler at a time, or 0 when there is none
   */
  HandlerPool(
      QueueConsumer owner, Settings settings, Runner runner, HoldWatch watch, int maxBatch) {
    this.owner = owner;
    this.runner = runner;
    this.watch = watch;
    this.executor = settings.executor();
    this.ownExecutor = settings.ownExecutor();
    this.concurrency = settings.concurrency();
    this.maxBatch = maxBatch;
    this.order = settings.serialBy() == null ? null : new KeyOrder(settings.serialBy());
  }

  @Override
  public void accept(DeliveryImpl[] deliveries, int count) {
    KeyOrder o = order;
    if (o != null) {
      for (int i = 0; i < count; i++) {
        o.keyOf(deliveries[i]);
      }
    }
    int tasks;
    boolean late;
    lock.lock();
    try {
      late = stopped;
      for (int i = 0; i < count && !late; i++) {
        if (o == null || o.arrive(deliveries[i])) {
          ready.add(deliveries[i]);
        }
      }
      tasks = tasksToStart();
    } finally {
      lock.unlock();
    }
    if (late) {
      for (int i = 0; i < count; i++) {
        owner.giveBack(deliveries[i]);
      }
    }
    start(tasks);
  }

  @Override
  public boolean mayHandleInAccept() {
    return !ownExecutor;
  }

  /** Counts in as many tasks as are needed; the caller starts them. */
  private int tasksToStart() {
    if (stopped || refused || owner.isPaused()) {
      return 0;
    }
    int n = Math.min(concurrency - active, ready.size() - starting);
    if (n <= 0) {
      return 0;
    }
    active += n;
    starting += n;
    return n;
  }

  private void start(int tasks) {
    int n = tasks;
    while (n > 0) {
      for (int i = 0; i < n; i++) {
        execute();
      }
      // An executor that runs tasks in the caller has ended them by now.
      lock.lock();
      try {
        n = tasksToStart();
      } finally {
        lock.unlock();
      }
    }
  }

  private void execute() {
    Task task = new Task();
    try {
      executor.execute(task);
      task.submitter = null;
    } catch (RuntimeException e) {
      refused(task, e);
    }
  }

  private void refused(Task task, RuntimeException e) {
    boolean first;
    lock.lock();
    try {
      if (task.begun) {
        return;
      }
      task.begun = true;
      starting--;
      active--;
      first = !refused;
      refused = true;
    } finally {
      lock.unlock();
    }
    if (first) {
      LOG.debug("{}: executor refused a handler, asking again", owner.name(), e);
      owner.schedule(ASK_AGAIN, this::askAgain);
    }
  }

  private void askAgain() {
    turnDue = true;
    owner.signalLanes();
  }

  @Override
  public boolean hasTurn() {
    return turnDue;
  }

  @Override
  public void turn(LanePump pump) {
    if (!turnDue) {
      return;
    }
    turnDue = false;
    int tasks;
    lock.lock();
    try {
      refused = false;
      tasks = tasksToStart();
    } finally {
      lock.unlock();
    }
    if (tasks > 0) {
      pump.enterHandlers();
      try {
        start(tasks);
      } finally {
        pump.leaveHandlers();
      }
    }
  }

  @Override
  public List<DeliveryImpl> takeUnseen() {
    lock.lock();
    try {
      return drain();
    } finally {
      lock.unlock();
    }
  }

  /** Takes out what is ready and what waits behind it. Under the lock. */
  private List<DeliveryImpl> drain() {
    List<DeliveryImpl> unseen = new ArrayList<>(ready);
    ready.clear();
    if (order != null) {
      int first = unseen.size();
      order.drainTo(unseen);
      // Those that were ready held their keys.
      unseen.subList(0, first).forEach(order::leave);
    }
    return unseen;
  }

  @Override
  public void resumed() {
    // A pump starts the tasks, for an executor may run them in its caller.
    askAgain();
  }

  @Override
  public List<DeliveryImpl> stop() {
    lock.lock();
    try {
      stopped = true;
      idle.signalAll();
      return drain();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int backlog() {
    lock.lock();
    try {
      return ready.size() + (order == null ? 0 : order.waiting());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean awaitIdle(long deadlineNanos) throws InterruptedException {
    lock.lock();
    try {
      while (running > 0) {
        if (idle.awaitNanos(deadlineNanos - owner.real().nanoTime()) <= 0) {
          return running == 0;
        }
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isInsideHandler() {
    return watch.isInside(Thread.currentThread());
  }

  /** One task on the executor. */
  private final class Task implements Runnable {
    /** Who is inside {@link Executor#execute} with this task, if anyone. */
    private volatile @Nullable Thread submitter = Thread.currentThread();

    private boolean begun;

    @Override
    public void run() {
      boolean inCaller = submitter == Thread.currentThread();
      Work work = first();
      while (work != null) {
        try {
          work.run();
        } catch (RuntimeException | Error e) {
          LOG.error("{}: a delivery could not be handled", owner.name(), e);
        }
        work = next(work, inCaller);
      }
    }

    private @Nullable Work first() {
      lock.lock();
      try {
        if (begun) {
          return null;
        }
        begun = true;
        starting--;
        Work work = take();
        if (work == null) {
          active--;
        }
        return work;
      } finally {
        lock.unlock();
      }
    }

    private @Nullable Work next(Work done, boolean inCaller) {
      int tasks = 0;
      Work work = null;
      lock.lock();
      try {
        running--;
        freeSlots.push(done.slot);
        done.leave();
        if (ownExecutor) {
          work = take();
        }
        if (work == null) {
          active--;
          refused = false;
          tasks = inCaller ? 0 : tasksToStart();
        }
        if (running == 0) {
          idle.signalAll();
        }
      } finally {
        lock.unlock();
      }
      if (work == null) {
        owner.ranDry();
      }
      start(tasks);
      return work;
    }
  }

  /** Takes work for a slot, if there is any. Under the lock. */
  private @Nullable Work take() {
    if (stopped || owner.isPaused()) {
      return null;
    }
    DeliveryImpl d = ready.poll();
    if (d == null) {
      return null;
    }
    running++;
    Slot slot = freeSlots.poll();
    Work work = new Work(slot == null ? watch.newSlot() : slot, d);
    for (int i = 1; i < maxBatch; i++) {
      DeliveryImpl more = ready.poll();
      if (more == null) {
        break;
      }
      work.more.add(more);
    }
    return work;
  }

  /** What one slot handles at a time. */
  private final class Work {
    private final Slot slot;
    private final DeliveryImpl single;
    private final Deque<DeliveryImpl> more = new ArrayDeque<>(0);

    Work(Slot slot, DeliveryImpl single) {
      this.slot = slot;
      this.single = single;
    }

    void run() {
      if (maxBatch == 0) {
        if (runner.admit(single)) {
          runner.run(slot, single);
        }
        return;
      }
      List<DeliveryImpl> batch = new ArrayList<>(more.size() + 1);
      if (runner.admit(single)) {
        batch.add(single);
      }
      for (DeliveryImpl d : more) {
        if (runner.admit(d)) {
          batch.add(d);
        }
      }
      if (!batch.isEmpty()) {
        runner.run(slot, batch);
      }
    }

    /** Lets those of the same keys go on. Under the lock. */
    void leave() {
      if (order != null) {
        leave(single);
        more.forEach(this::leave);
      }
    }

    private void leave(DeliveryImpl d) {
      DeliveryImpl next = order == null ? null : order.leave(d);
      if (next != null) {
        ready.add(next);
      }
    }
  }
}
