package dev.mq.core.dispatch;

import dev.mq.api.DedupStore;
import dev.mq.api.Delivery;
import dev.mq.api.DeliveryHandler;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Handles a message only when no message with its id was handled before. Thread-safe.
 *
 * <p>While a message is being handled, another one with the same id waits in its own handler slot:
 * when the first is done, the other is a duplicate, and when the first failed, it is not. The wait
 * ends with the first one's hold at the latest.
 */
final class Deduplicator implements DeliveryHandler {
  private final DedupStore store;
  private final DeliveryHandler next;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ended = lock.newCondition();

  /** The ids that are being handled; guarded by the lock. */
  private final Set<String> running = new HashSet<>();

  Deduplicator(DedupStore store, DeliveryHandler next) {
    this.store = store;
    this.next = next;
  }

  @Override
  public void handle(Delivery delivery) throws Exception {
    String id = delivery.message().id();
    begin(id);
    try {
      if (store.seen(id)) {
        return;
      }
      next.handle(delivery);
      if (((DeliveryImpl) delivery).isHandled()) {
        store.done(id);
      }
    } finally {
      end(id);
    }
  }

  private void begin(String id) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!running.add(id)) {
        ended.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private void end(String id) {
    lock.lock();
    try {
      running.remove(id);
      ended.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
