package dev.mq.rabbit.internal.stream;

import com.rabbitmq.stream.StreamDoesNotExistException;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.rabbit.internal.stream.StreamProbe.Last;
import dev.mq.spi.RecordBatch;
import dev.mq.spi.RecordSource;
import dev.mq.spi.TimeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads partitions of a log, in turn. When retention has removed what comes next, poll throws
 * {@code OUT_OF_RANGE} until the partition is moved: nothing is skipped silently (L-12).
 */
class StreamSource implements RecordSource {
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  final StreamLogs logs;
  final StreamLog log;
  final Waker waker = new Waker();
  private final TreeMap<Integer, StreamPart> parts = new TreeMap<>();
  private final List<StreamPart> order = new ArrayList<>();
  private int turn;
  private volatile boolean wakeup;

  StreamSource(StreamLogs logs, StreamLog log) {
    this.logs = logs;
    this.log = log;
  }

  @Override
  public int poll(RecordBatch batch, long maxWaitNanos) throws InterruptedException {
    TimeSource time = logs.time();
    long end = time.nanoTime() + maxWaitNanos;
    while (true) {
      waker.reset();
      beforeRead();
      repair(time);
      int n = read(batch);
      long left = end - time.nanoTime();
      if (n > 0 || left <= 0 || wakeup || batch.room() == 0) {
        wakeup = false;
        return n;
      }
      waker.await(Math.min(left, RETRY_NANOS));
    }
  }

  /** Does what comes before reading. */
  void beforeRead() {
    logs.lookForPartitions(log);
  }

  private int read(RecordBatch batch) {
    int total = 0;
    int n = order.size();
    turn = n == 0 ? 0 : (turn + 1) % n;
    for (int i = 0; i < n && batch.room() > 0; i++) {
      StreamPart p = order.get((turn + i) % n);
      if (p.hasRecords()) {
        if (p.gap() > 1) {
          if (total > 0) {
            break;
          }
          checkGap(p);
        }
        total += p.drain(batch);
      }
    }
    return total;
  }

  /**
   * Tells a gap that retention made from one of entries without a record, which end at the first
   * record there is: a segment begins with one such entry.
   */
  private void checkGap(StreamPart p) {
    long begin = logs.probe().begins(List.of(p.stream))[0];
    if (begin - 1 > p.next()) {
      throw outOfRange(p.number, p.next(), begin, "?");
    }
  }

  private MqException outOfRange(int partition, long offset, long begin, Object end) {
    return new MqException(
        ErrorCode.OUT_OF_RANGE,
        "read log:"
            + log.name()
            + " partition "
            + partition
            + ": offset "
            + offset
            + " is not in "
            + begin
            + " to "
            + end);
  }

  /** Starts partitions again that the client gave up, now and then until that works. */
  private void repair(TimeSource time) {
    for (StreamPart p : order) {
      if (p.isToBeOpened(time.nanoTime())) {
        try {
          p.open(logs.client().get());
        } catch (StreamDoesNotExistException e) {
          throw new NotFoundException("read log:" + log.name() + ": the log was deleted");
        } catch (RuntimeException e) {
          p.giveUp(time.nanoTime());
        }
      }
    }
  }

  @Override
  public void seek(int partition, long offset) {
    if (partition < 0 || partition >= log.partitions()) {
      throw new MqException(
          ErrorCode.OUT_OF_RANGE,
          "read log:" + log.name() + ": there is no partition " + partition);
    }
    List<String> stream = List.of(log.stream(partition));
    long begin = logs.probe().begins(stream)[0];
    Last last = logs.probe().lasts(stream).get(0);
    if (offset < begin - 1 || offset < 0 || offset > last.end()) {
      throw outOfRange(partition, offset, begin, last.end());
    }
    startReading(partition, offset);
  }

  /** Reads a partition from an offset on, which is not checked. */
  void startReading(int partition, long offset) {
    boolean paused = isPaused(partition);
    stopReading(partition);
    StreamPart p = new StreamPart(partition, log.stream(partition), offset, waker, logs::closing);
    p.paused = paused;
    parts.put(partition, p);
    order.add(p);
    try {
      p.open(logs.client().get());
    } catch (RuntimeException e) {
      MqException error = StreamClient.failed("read log:" + log.name(), e);
      if (!error.isRetryable()) {
        stopReading(partition);
        throw error;
      }
      p.giveUp(logs.time().nanoTime());
    }
  }

  private boolean isPaused(int partition) {
    StreamPart p = parts.get(partition);
    return p != null && p.paused;
  }

  /** Reads a partition no more. */
  void stopReading(int partition) {
    StreamPart old = parts.remove(partition);
    if (old != null) {
      order.remove(old);
      old.close();
    }
  }

  boolean reads(int partition) {
    return parts.containsKey(partition);
  }

  @Override
  public long position(int partition) {
    StreamPart p = parts.get(partition);
    return p == null ? -1 : p.next();
  }

  @Override
  public void pause(int partition) {
    setPaused(partition, true);
  }

  @Override
  public void resume(int partition) {
    setPaused(partition, false);
  }

  private void setPaused(int partition, boolean paused) {
    @Nullable StreamPart p = parts.get(partition);
    if (p != null) {
      p.paused = paused;
    }
  }

  @Override
  public void wakeup() {
    wakeup = true;
    waker.signal();
  }

  @Override
  public void close() {
    List<Runnable> closings = order.stream().map(StreamPart::detach).toList();
    order.clear();
    parts.clear();
    logs.closing(() -> closings.forEach(Runnable::run));
  }
}
