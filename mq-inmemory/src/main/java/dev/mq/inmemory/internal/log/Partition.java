package dev.mq.inmemory.internal.log;

import dev.mq.api.Message;
import dev.mq.api.NotFoundException;
import dev.mq.inmemory.internal.time.EngineTime;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.RecordBatch;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One partition. Thread-safe. Writers hold the lock; readers do not.
 *
 * <p>Records {@code begin} (inclusive) to {@code end} (exclusive) are there. {@code end} is written
 * after the records and the directory, once a batch, so a reader that reads {@code end} first finds
 * everything below it. Timestamps never decrease. Retention removes whole segments from the front
 * only.
 */
final class Partition {
  /**
   * The segments from number {@code first} on, where the number is the offset without its low bits.
   */
  private static final class Directory {
    final long first;
    final LogSegment[] segments;

    Directory(long first, LogSegment[] segments) {
      this.first = first;
      this.segments = segments;
    }

    /** Returns the first offset of a segment. */
    long base(int index) {
      return (first + index) << LogSegment.SHIFT;
    }
  }

  private final String log;
  private final int number;
  private final long retentionMillis;
  private final long retentionBytes;
  private final EngineTime time;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile Directory directory = new Directory(0, new LogSegment[0]);
  private volatile long end;
  private volatile long begin;
  private volatile Source[] waiters = new Source[0];
  private volatile boolean deleted;
  private long lastTimestamp = Long.MIN_VALUE;
  private long bytes;

  /**
   * Creates an empty partition.
   *
   * @param retentionMillis how long records are kept at least, or 0 for ever
   * @param retentionBytes how much is kept at least, or 0 for everything
   */
  Partition(String log, int number, long retentionMillis, long retentionBytes, EngineTime time) {
    this.log = log;
    this.number = number;
    this.retentionMillis = retentionMillis;
    this.retentionBytes = retentionBytes;
    this.time = time;
  }

  int number() {
    return number;
  }

  /**
   * Appends messages {@code from} to {@code to} (exclusive) of a batch and returns the offset of
   * the first.
   */
  long append(PublishBatch batch, int from, int to) {
    long first;
    lock.lock();
    try {
      if (deleted) {
        throw new NotFoundException("append log:" + log + ": the log was deleted");
      }
      long timestamp = Math.max(lastTimestamp, time.millis());
      lastTimestamp = timestamp;
      first = end;
      long offset = first;
      for (int i = from; i < to; i++, offset++) {
        Message m = batch.message(i);
        segmentFor(offset).put((int) offset & LogSegment.SLOTS - 1, m, timestamp);
        bytes += m.bodyBytes();
      }
      end = offset;
      trim(timestamp);
    } finally {
      lock.unlock();
    }
    for (Source s : waiters) {
      s.recordsArrived();
    }
    return first;
  }

  private LogSegment segmentFor(long offset) {
    Directory d = directory;
    int index = (int) ((offset >>> LogSegment.SHIFT) - d.first);
    if (index < d.segments.length) {
      return d.segments[index];
    }
    LogSegment added = new LogSegment(offset == 0);
    LogSegment[] more = Arrays.copyOf(d.segments, index + 1);
    more[index] = added;
    directory = new Directory(d.first, more);
    return added;
  }

  /**
   * Adds records from an offset on to a batch, as many as there are and as it has room; returns how
   * many.
   */
  int read(long from, RecordBatch batch) {
    long to = Math.min(end, from + batch.room());
    Directory d = directory;
    long offset = from;
    while (offset < to) {
      int index = (int) ((offset >>> LogSegment.SHIFT) - d.first);
      if (index < 0) {
        // Retention removed it after the caller looked; the caller finds out when it looks again.
        return 0;
      }
      long base = d.base(index);
      long stop = Math.min(to, base + LogSegment.SLOTS);
      d.segments[index].read(number, base, (int) (offset - base), (int) (stop - base), batch);
      offset = stop;
    }
    return (int) (offset - from);
  }

  /** Returns the next offset. */
  long end() {
    return end;
  }

  /** Returns the first offset still there when retention was last applied. */
  long lastBegin() {
    return begin;
  }

  /** Applies retention and returns the first offset still there. */
  long begin() {
    if (retentionMillis > 0 && end > begin) {
      lock.lock();
      try {
        trim(time.millis());
      } finally {
        lock.unlock();
      }
    }
    return begin;
  }

  /** Returns the first offset with a timestamp at or after a time, or the end. */
  long at(long millis) {
    lock.lock();
    try {
      trim(time.millis());
      Directory d = directory;
      int index = 0;
      while (index < d.segments.length && d.segments[index].lastTimestamp < millis) {
        index++;
      }
      if (index == d.segments.length) {
        return end;
      }
      long base = d.base(index);
      long low = Math.max(base, begin);
      long high = Math.min(end, base + LogSegment.SLOTS);
      while (low < high) {
        long middle = (low + high) >>> 1;
        if (d.segments[index].timestamp((int) (middle - base)) < millis) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Removes from the front what retention does not keep. The last segment goes by age only, and
   * then only its records.
   */
  private void trim(long now) {
    if (retentionMillis == 0 && retentionBytes == 0) {
      return;
    }
    Directory d = directory;
    int drop = 0;
    while (drop < d.segments.length - 1 && isDue(d.segments[drop], now)) {
      bytes -= d.segments[drop].bytes;
      drop++;
    }
    long newBegin = Math.max(begin, d.base(drop));
    boolean all = drop == d.segments.length - 1 && isOld(d.segments[drop], now);
    if (all) {
      newBegin = end;
      bytes = 0;
      d.segments[drop].bytes = 0;
      // Only when the last segment is full may it go as a whole: a record appended later needs its
      // place.
      drop += (end & LogSegment.SLOTS - 1) == 0 ? 1 : 0;
    }
    begin = newBegin;
    if (drop > 0) {
      directory =
          new Directory(d.first + drop, Arrays.copyOfRange(d.segments, drop, d.segments.length));
    }
  }

  private boolean isDue(LogSegment s, long now) {
    return isOld(s, now) || (retentionBytes > 0 && bytes - s.bytes >= retentionBytes);
  }

  private boolean isOld(LogSegment s, long now) {
    return retentionMillis > 0 && now - s.lastTimestamp > retentionMillis;
  }

  /** Removes everything; appends fail from now on. */
  void delete() {
    lock.lock();
    try {
      deleted = true;
      begin = end;
      directory = new Directory((end >>> LogSegment.SHIFT) + 1, new LogSegment[0]);
    } finally {
      lock.unlock();
    }
    for (Source s : waiters) {
      s.recordsArrived();
    }
  }

  boolean isDeleted() {
    return deleted;
  }

  /** Starts to tell a source of appended records. */
  void addWaiter(Source source) {
    lock.lock();
    try {
      Source[] w = Arrays.copyOf(waiters, waiters.length + 1);
      w[w.length - 1] = source;
      waiters = w;
    } finally {
      lock.unlock();
    }
  }

  /** Stops to tell a source of appended records. */
  void removeWaiter(Source source) {
    lock.lock();
    try {
      waiters = Arrays.stream(waiters).filter(s -> s != source).toArray(Source[]::new);
    } finally {
      lock.unlock();
    }
  }
}
