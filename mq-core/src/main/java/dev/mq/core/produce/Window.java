package dev.mq.core.produce;

import dev.mq.api.BackpressureException;
import dev.mq.api.ClosedException;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.core.runtime.WouldBlock;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bounds what is in flight, in messages and in bytes (P-08). Thread-safe.
 *
 * <p>Invariant: one word holds both counts, messages in the upper 20 bits and bytes in the lower
 * 44, so that a send takes and gives back its room by one atomic step. A message larger than the
 * bound of bytes passes when nothing else is in flight. A waiter announces itself before it looks
 * at the word, a releaser changes the word before it looks for waiters: one of the two sees the
 * other.
 */
final class Window {
  private static final int BYTE_BITS = 44;
  private static final long ONE_MESSAGE = 1L << BYTE_BITS;
  private static final long BYTES = ONE_MESSAGE - 1;

  private final String address;
  private final int maxMessages;
  private final long maxBytes;
  private final Duration maxBlock;
  private final TimeSource time;
  private final AtomicLong inFlight = new AtomicLong();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final AtomicInteger waiters = new AtomicInteger();
  private volatile boolean closed;

  Window(String address, int maxMessages, long maxBytes, Duration maxBlock, TimeSource time) {
    this.address = address;
    this.maxMessages = maxMessages;
    this.maxBytes = maxBytes;
    this.maxBlock = maxBlock;
    this.time = time;
  }

  /** Takes room for one message if there is room at once. */
  boolean tryAcquire(int bytes) {
    return tryAcquire(1, bytes);
  }

  /** Takes room for messages with so many bytes together if there is room for all at once. */
  boolean tryAcquire(int count, long bytes) {
    while (true) {
      long now = inFlight.get();
      long messages = now >>> BYTE_BITS;
      boolean alone = messages == 0 && count == 1;
      if (messages + count > maxMessages || (!alone && (now & BYTES) + bytes > maxBytes)) {
        return false;
      }
      if (inFlight.compareAndSet(now, now + count * ONE_MESSAGE + bytes)) {
        return true;
      }
    }
  }

  /**
   * Takes room for one message, waiting for it at most {@code maxBlock}.
   *
   * @throws BackpressureException when there was none in time
   * @throws MqException {@code WOULD_BLOCK} when it would wait inside a completion, {@code
   *     INTERRUPTED}, {@code CLOSED}
   */
  void acquire(int bytes) {
    if (waiters.get() == 0 && tryAcquire(bytes)) {
      return;
    }
    WouldBlock.check("send", address);
    long start = time.nanoTime();
    TimeSource.Timer alarm = time.schedule(maxBlock, this::wakeAll);
    lock.lock();
    try {
      waiters.incrementAndGet();
      while (!tryAcquire(bytes)) {
        if (closed) {
          throw new ClosedException(
              "send " + address + ": producer was closed while waiting for room");
        }
        if (time.nanoTime() - start >= maxBlock.toNanos()) {
          throw new BackpressureException(
              "send "
                  + address
                  + ": "
                  + describe()
                  + " in flight, no room within "
                  + maxBlock.toMillis()
                  + " ms");
        }
        room.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MqException(
          ErrorCode.INTERRUPTED,
          true,
          true,
          "send " + address + ": interrupted while waiting for room",
          e);
    } finally {
      waiters.decrementAndGet();
      lock.unlock();
      alarm.cancel();
    }
  }

  /** Gives room back. */
  void release(int messages, long bytes) {
    inFlight.addAndGet(-(messages * ONE_MESSAGE + bytes));
    if (waiters.get() > 0) {
      wakeAll();
    }
  }

  /** Lets waiters fail instead of waiting on. */
  void close() {
    closed = true;
    wakeAll();
  }

  /** Returns the number of messages in flight. */
  int messages() {
    return (int) (inFlight.get() >>> BYTE_BITS);
  }

  private void wakeAll() {
    lock.lock();
    try {
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private String describe() {
    long now = inFlight.get();
    return (now >>> BYTE_BITS)
        + " of "
        + maxMessages
        + " messages, "
        + (now & BYTES)
        + " of "
        + maxBytes
        + " bytes";
  }
}
