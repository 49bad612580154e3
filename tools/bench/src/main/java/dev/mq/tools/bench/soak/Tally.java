package dev.mq.tools.bench.soak;

import java.util.BitSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What came of what was sent: each sequence number once, and never more than a bound under way.
 * Thread-safe; numbers are marked by one thread.
 */
final class Tally {
  private final int total;
  private final int bound;
  private final BitSet seen;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final long[] millionNanos;
  private long sent;
  private long mostUnderWay;
  private volatile int handled;
  private int doubled;
  private int disorder;
  private int last = -1;

  Tally(int total, int bound) {
    this.total = total;
    this.bound = bound;
    this.seen = new BitSet(total);
    this.millionNanos = new long[total / Soak.MILLION + 1];
  }

  void begin() {
    millionNanos[0] = System.nanoTime();
  }

  /** Waits until so many more may be under way. */
  void sending(int count) throws InterruptedException {
    lock.lock();
    try {
      while (sent + count - handled > bound) {
        changed.await();
      }
      sent += count;
      mostUnderWay = Math.max(mostUnderWay, sent - handled);
    } finally {
      lock.unlock();
    }
  }

  /** Marks one as handled. */
  void handled(int sequence) {
    if (seen.get(sequence)) {
      doubled++;
      return;
    }
    seen.set(sequence);
    if (sequence < last) {
      disorder++;
    }
    last = sequence;
    int n = handled + 1;
    handled = n;
    if (n % Soak.MILLION == 0) {
      millionNanos[n / Soak.MILLION] = System.nanoTime();
    }
    if (n % 1024 == 0 || n == total) {
      lock.lock();
      try {
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Waits until all were handled, or for as long as something comes within ten seconds. */
  void awaitAll() throws InterruptedException {
    lock.lock();
    try {
      int before = -1;
      while (handled < total && handled != before) {
        before = handled;
        long nanos = 10_000_000_000L;
        while (nanos > 0 && handled < total) {
          nanos = changed.awaitNanos(nanos);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  int lost() {
    return total - seen.cardinality();
  }

  int doubled() {
    return doubled;
  }

  int disorder() {
    return disorder;
  }

  long mostUnderWay() {
    return mostUnderWay;
  }

  /** Returns messages a second of each million. */
  double[] rates() {
    double[] rates = new double[millionNanos.length - 1];
    for (int i = 0; i < rates.length; i++) {
      rates[i] = Soak.MILLION * 1e9 / (millionNanos[i + 1] - millionNanos[i]);
    }
    return rates;
  }
}
