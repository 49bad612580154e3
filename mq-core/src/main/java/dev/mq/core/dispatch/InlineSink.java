package dev.mq.core.dispatch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Runs handlers on the thread of the only pump, so that a message costs no hand-over between
 * threads.
 *
 * <p>Invariants: {@code waiting} is touched by the pump's thread alone. It marks what it is about
 * to handle, writes {@code busy}, then reads {@code stopped} and whether there is a pause; whoever
 * stops the sink or pauses writes that, then reads {@code busy}: so either the handler does not
 * run, or its deliveries are seen as marked.
 */
final class InlineSink implements Sink {
  private final QueueConsumer owner;
  private final Runner runner;
  private final HoldWatch watch;
  private final int maxBatch;
  private final Slot slot;
  private final ArrayDeque<DeliveryImpl> waiting = new ArrayDeque<>();
  private final CountDownLatch stoppedTurn = new CountDownLatch(1);
  private volatile int backlog;
  private volatile boolean busy;
  private volatile boolean stopped;

  /**
   * Creates one.
   *
   * @param maxBatch how many deliveries go to the batch handler at a time, or 0 when there is none
   */
  InlineSink(QueueConsumer owner, Runner runner, HoldWatch watch, int maxBatch) {
    this.owner = owner;
    this.runner = runner;
    this.watch = watch;
    this.maxBatch = maxBatch;
    this.slot = watch.newSlot();
  }

  @Override
  public void accept(DeliveryImpl[] deliveries, int count) {
    for (int i = 0; i < count; i++) {
      waiting.add(deliveries[i]);
    }
    backlog = waiting.size();
  }

  @Override
  public boolean hasTurn() {
    return stopped
        ? stoppedTurn.getCount() > 0 || backlog > 0
        : backlog > 0 && (!owner.isPaused() || owner.mayGiveBack());
  }

  @Override
  public void turn(LanePump pump) {
    if (!waiting.isEmpty() && !stopped && !owner.isPaused()) {
      pump.enterHandlers();
      try {
        while (runNext()) {
          pump.betweenHandlers();
        }
      } finally {
        busy = false;
        backlog = waiting.size();
        pump.leaveHandlers();
        owner.ranDry();
      }
    }
    if (stopped) {
      giveBackWaiting();
      stoppedTurn.countDown();
    } else if (owner.isPaused() && owner.mayGiveBack()) {
      giveBackWaiting();
    }
  }

  private void giveBackWaiting() {
    DeliveryImpl d;
    while ((d = waiting.poll()) != null) {
      owner.giveBack(d);
    }
    backlog = 0;
  }

  private boolean runNext() {
    DeliveryImpl d = waiting.poll();
    if (d == null) {
      return false;
    }
    if (maxBatch > 0) {
      return runBatch(d);
    }
    d.isHanded = true;
    busy = true;
    if (stopped) {
      owner.giveBack(d);
      return false;
    }
    if (owner.isPaused()) {
      putBack(d);
      return false;
    }
    if (runner.admit(d)) {
      runner.run(slot, d);
    }
    return true;
  }

  private boolean runBatch(DeliveryImpl first) {
    List<DeliveryImpl> batch = new ArrayList<>(Math.min(maxBatch, waiting.size() + 1));
    DeliveryImpl d = first;
    while (d != null) {
      d.isHanded = true;
      batch.add(d);
      d = batch.size() < maxBatch ? waiting.poll() : null;
    }
    busy = true;
    if (stopped) {
      batch.forEach(owner::giveBack);
      return false;
    }
    if (owner.isPaused()) {
      for (int i = batch.size() - 1; i >= 0; i--) {
        putBack(batch.get(i));
      }
      return false;
    }
    batch.removeIf(one -> !runner.admit(one));
    if (!batch.isEmpty()) {
      runner.run(slot, batch);
    }
    return true;
  }

  private void putBack(DeliveryImpl d) {
    d.isHanded = false;
    waiting.addFirst(d);
  }

  @Override
  public List<DeliveryImpl> takeUnseen() {
    return unseen();
  }

  /** Returns what waits while the pump's thread is inside a handler. */
  private List<DeliveryImpl> unseen() {
    List<DeliveryImpl> unseen = new ArrayList<>();
    if (busy) {
      for (LanePump pump : owner.lanes()) {
        for (DeliveryImpl d : pump.held().all()) {
          if (!d.isHanded) {
            unseen.add(d);
          }
        }
      }
    }
    return unseen;
  }

  @Override
  public void resumed() {
    owner.signalLanes();
  }

  @Override
  public List<DeliveryImpl> stop() {
    stopped = true;
    List<DeliveryImpl> unseen = unseen();
    owner.signalLanes();
    return unseen;
  }

  @Override
  public int backlog() {
    return backlog;
  }

  @Override
  public boolean awaitIdle(long deadlineNanos) throws InterruptedException {
    boolean turned =
        stoppedTurn.await(
            Math.max(0, deadlineNanos - owner.real().nanoTime()), TimeUnit.NANOSECONDS);
    return turned || !busy;
  }

  @Override
  public boolean isInsideHandler() {
    return watch.isInside(Thread.currentThread());
  }
}
