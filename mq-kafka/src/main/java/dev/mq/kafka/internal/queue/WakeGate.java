package dev.mq.kafka.internal.queue;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Polls in a way that another thread can end, and knows of a wakeup that is left in the client,
 * where it would swallow the answer of the next commit.
 */
final class WakeGate {
  private final ReentrantLock lock = new ReentrantLock();
  private final ShareConsumer<byte[], byte[]> consumer;
  private boolean polling;
  private boolean woken;

  /** A wakeup came while the last poll returned records; used by the polling thread only. */
  private boolean hasLeft;

  WakeGate(ShareConsumer<byte[], byte[]> consumer) {
    this.consumer = consumer;
  }

  /** Polls; returns early when woken, at once when woken before. By one thread at a time. */
  ConsumerRecords<byte[], byte[]> poll(Duration wait) {
    Duration left = begin(wait);
    ConsumerRecords<byte[], byte[]> records = ConsumerRecords.empty();
    boolean thrown = false;
    boolean late = false;
    try {
      records = consumer.poll(left);
    } catch (WakeupException e) {
      thrown = true;
    } finally {
      late = end();
    }
    hasLeft = late && !thrown;
    if (hasLeft && records.isEmpty()) {
      takeWakeup();
    }
    return records;
  }

  /** Polls without waiting, where a wakeup only counts for the next {@link #poll}. */
  ConsumerRecords<byte[], byte[]> pollNow() {
    return consumer.poll(Duration.ZERO);
  }

  /**
   * Returns whether a wakeup is left in the client. It must be taken before the next commit, and
   * can be once every record has an acknowledgement: before, the client refuses to poll.
   */
  boolean hasLeft() {
    return hasLeft;
  }

  private Duration begin(Duration wait) {
    lock.lock();
    try {
      Duration left = woken ? Duration.ZERO : wait;
      woken = false;
      polling = true;
      return left;
    } finally {
      lock.unlock();
    }
  }

  private boolean end() {
    lock.lock();
    try {
      boolean late = woken;
      polling = false;
      woken = false;
      return late;
    } finally {
      lock.unlock();
    }
  }

  /** Takes the wakeup that is left, which the client looks for before it polls. */
  void takeWakeup() {
    hasLeft = false;
    try {
      consumer.poll(Duration.ZERO);
    } catch (WakeupException e) {
      // This one.
    }
  }

  /** Ends a running poll, or the next one. From any thread. */
  void wakeup() {
    lock.lock();
    try {
      if (polling && !woken) {
        consumer.wakeup();
      }
      woken = true;
    } finally {
      lock.unlock();
    }
  }
}
