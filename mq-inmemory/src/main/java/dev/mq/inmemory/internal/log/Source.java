package dev.mq.inmemory.internal.log;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.inmemory.internal.sync.Waiter;
import dev.mq.spi.RecordBatch;
import dev.mq.spi.RecordSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads partitions of a log. The cursors belong to the thread that polls; other threads only
 * signal.
 *
 * <p>When retention has removed what a cursor points at, poll throws {@code OUT_OF_RANGE} until the
 * cursor is moved: nothing is skipped silently (L-12).
 */
public class Source implements RecordSource {
  /** Where reading of a partition goes on. */
  private static final class Cursor {
    final Partition partition;
    long next;
    boolean paused;

    Cursor(Partition partition, long next) {
      this.partition = partition;
      this.next = next;
    }

    boolean hasNews() {
      return !paused && (next < partition.end() || next < partition.lastBegin());
    }
  }

  final MemoryLog log;
  private final Waiter waiter = new Waiter();
  private final List<Cursor> cursors = new ArrayList<>();
  private int turn;
  private volatile boolean wakeup;
  private volatile boolean dead;
  private volatile Runnable whenClosed = () -> {};

  Source(MemoryLog log) {
    this.log = log;
  }

  @Override
  public int poll(RecordBatch batch, long maxWaitNanos) throws InterruptedException {
    long left = maxWaitNanos;
    while (true) {
      waiter.reset();
      beforeRead();
      checkUsable();
      int n = read(batch);
      if (n > 0 || left <= 0 || wakeup || batch.room() == 0) {
        wakeup = false;
        return n;
      }
      waiter.arm();
      try {
        if (!hasNews()) {
          left = waiter.await(left);
        }
      } finally {
        waiter.disarm();
      }
    }
  }

  /** Does what comes before reading. */
  void beforeRead() {}

  private void checkUsable() {
    if (log.isDeleted()) {
      throw new NotFoundException("poll log:" + log.name() + ": the log was deleted");
    }
    if (dead) {
      throw new MqException(
          ErrorCode.UNAVAILABLE,
          "poll log:" + log.name() + ": the connection to the engine is gone");
    }
  }

  private boolean hasNews() {
    for (Cursor c : cursors) {
      if (c.hasNews()) {
        return true;
      }
    }
    return false;
  }

  /** Reads the partitions in turn, beginning with another one each time. */
  private int read(RecordBatch batch) {
    int total = 0;
    int n = cursors.size();
    turn = n == 0 ? 0 : (turn + 1) % n;
    for (int i = 0; i < n && batch.room() > 0; i++) {
      Cursor c = cursors.get((turn + i) % n);
      if (c.hasNews()) {
        if (c.next < c.partition.lastBegin()) {
          if (total > 0) {
            break;
          }
          log.checked(c.partition.number(), c.next);
        }
        int read = c.partition.read(c.next, batch);
        c.next += read;
        total += read;
      }
    }
    return total;
  }

  @Override
  public void seek(int partition, long offset) {
    log.checked(partition, offset);
    Cursor c = find(partition);
    if (c == null) {
      startReading(log.partition(partition), offset);
    } else {
      c.next = offset;
    }
  }

  /** Reads a partition from an offset on. */
  void startReading(Partition p, long offset) {
    stopReading(p.number());
    cursors.add(new Cursor(p, offset));
    p.addWaiter(this);
  }

  /** Reads a partition no more. */
  void stopReading(int partition) {
    Cursor c = find(partition);
    if (c != null) {
      cursors.remove(c);
      c.partition.removeWaiter(this);
    }
  }

  @Override
  public void pause(int partition) {
    Cursor c = find(partition);
    if (c != null && !c.paused) {
      c.paused = true;
      c.partition.removeWaiter(this);
    }
  }

  @Override
  public void resume(int partition) {
    Cursor c = find(partition);
    if (c != null && c.paused) {
      c.paused = false;
      c.partition.addWaiter(this);
    }
  }

  private @Nullable Cursor find(int partition) {
    for (Cursor c : cursors) {
      if (c.partition.number() == partition) {
        return c;
      }
    }
    return null;
  }

  /** Tells that a partition has more records. From any thread. */
  void recordsArrived() {
    waiter.signalIfArmed();
  }

  /** Tells that there is something to do in {@link #beforeRead}. From any thread. */
  void signal() {
    waiter.signal();
  }

  @Override
  public void wakeup() {
    wakeup = true;
    waiter.signal();
  }

  /** Sets what runs when this source is closed. */
  public void whenClosed(Runnable task) {
    whenClosed = task;
  }

  /** Makes every later poll fail: the session is gone. From any thread. */
  public void kill() {
    dead = true;
    waiter.signal();
  }

  @Override
  public void close() {
    for (Cursor c : cursors) {
      c.partition.removeWaiter(this);
    }
    cursors.clear();
    log.forget(this);
    whenClosed.run();
  }
}
