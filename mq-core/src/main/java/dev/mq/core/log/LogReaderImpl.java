package dev.mq.core.log;

import static java.util.Objects.requireNonNull;

import dev.mq.api.ClosedException;
import dev.mq.api.ErrorCode;
import dev.mq.api.LogReader;
import dev.mq.api.LogRecord;
import dev.mq.api.MqException;
import dev.mq.api.Positions;
import dev.mq.core.runtime.Child;
import dev.mq.core.runtime.Kernel;
import dev.mq.spi.RecordBatch;
import dev.mq.spi.RecordSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Reads a range of a log. Records received but not handed out yet stay in the batch; positions are
 * those of what was handed out.
 *
 * <p>The source is used under {@code use} only, also by {@link #close()}: whoever holds the lock
 * when the reader is closed closes the source when it gives the lock back.
 */
final class LogReaderImpl<T extends @Nullable Object> implements LogReader<T>, Child {
  /** How many records a poll asks for. */
  static final int BATCH = 500;

  /** How long a bounded reader waits at a time: it may be at its end without a further record. */
  private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private static final long POLL_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Kernel kernel;
  private final String address;
  private final ReaderRange range;
  private final RecordSource source;
  private final RecordDecoder<T> decoder;
  private final ReentrantLock use = new ReentrantLock();
  private final RecordBatch batch = new RecordBatch(BATCH);
  private final CompletableFuture<@Nullable Void> terminated = new CompletableFuture<>();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final RetryGate gate;
  private volatile boolean closed;
  private volatile @Nullable ReaderPump<T> pump;
  private int cursor;
  private volatile boolean sourceClosed;

  LogReaderImpl(Kernel kernel, String log, ReaderRange range, RecordDecoder<T> decoder) {
    this.kernel = kernel;
    this.address = "log:" + log;
    this.range = range;
    this.source = range.source();
    this.decoder = decoder;
    this.gate = new RetryGate(kernel.time());
    if (atEnd()) {
      end(null);
    }
  }

  /**
   * Hands records to a pump instead of the program. Called once, before anybody else knows the
   * reader.
   */
  void start(ReaderPump<T> handed) {
    pump = handed;
    kernel.threads("reader").newThread(handed).start();
  }

  @Override
  public List<LogRecord<T>> poll(Duration timeout) {
    long nanos = Math.max(0, Commits.nanos(requireNonNull(timeout, "timeout")));
    checkNotHanded("poll");
    enter("poll");
    try {
      if (!fetch(nanos)) {
        return List.of();
      }
      List<LogRecord<T>> records = new ArrayList<>();
      while (advance()) {
        try {
          records.add(take());
        } catch (MqException e) {
          if (records.isEmpty()) {
            throw e;
          }
          break; // what came before it is handed out first; the next call throws
        }
      }
      return records;
    } finally {
      leave();
    }
  }

  @Override
  public Iterator<LogRecord<T>> iterator() {
    checkNotHanded("iterate");
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return awaitRecord();
      }

      @Override
      public LogRecord<T> next() {
        LogRecord<T> r = awaitRecord() ? takeIfAny() : null;
        if (r == null) {
          throw new NoSuchElementException(address + " has no further record here");
        }
        return r;
      }
    };
  }

  /** Waits for a record, over outages too; returns false at the end or when closed. */
  boolean awaitRecord() {
    while (!closed) {
      try {
        enter("read");
        try {
          boolean more = fetch(POLL_NANOS);
          gate.reset();
          if (more || atEnd()) {
            return more;
          }
        } finally {
          leave();
        }
      } catch (ClosedException e) {
        if (kernel.isClosed() || closed) {
          return false;
        }
        throw e;
      } catch (MqException e) {
        if (!e.isRetryable() || e.code() == ErrorCode.INTERRUPTED) {
          throw e;
        }
        gate.await();
      }
    }
    return false;
  }

  /** Returns the next record if one was received, else null. */
  @Nullable LogRecord<T> takeIfAny() {
    if (closed) {
      return null;
    }
    enter("read");
    try {
      return advance() ? take() : null;
    } finally {
      leave();
    }
  }

  /** Receives until there is a record to hand out, at most for a time; with the lock. */
  private boolean fetch(long nanos) {
    long left = nanos;
    boolean waited = false;
    try {
      while (true) {
        if (advance()) {
          return true;
        }
        passEmpty();
        if (atEnd()) {
          end(null);
          return false;
        }
        if (waited && left <= 0) {
          return false;
        }
        waited = true;
        long slice = range.follows() ? left : Math.min(left, SLICE_NANOS);
        long start = kernel.time().nanoTime();
        int received = receive(slice);
        left -= received == 0 ? slice : kernel.time().nanoTime() - start;
        if (closed) {
          throw closed("read");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw kernel.wrap(e, "read", address);
    } catch (RuntimeException e) {
      MqException error = kernel.wrap(e, "read", address);
      if (!error.isRetryable() && !closed) {
        end(error);
      }
      throw error;
    }
  }

  private int receive(long nanos) throws InterruptedException {
    batch.clear();
    cursor = 0;
    range.grow();
    for (ReaderTrack t : range.tracks()) {
      t.stale = false;
    }
    return source.poll(batch, nanos);
  }

  /** Learns of offsets passed over that hold no record. Everything received was looked at. */
  private void passEmpty() {
    if (range.follows()) {
      return;
    }
    for (ReaderTrack t : range.tracks()) {
      if (!t.done && !t.stale) {
        t.reached(source.position(t.partition));
        stop(t);
      }
    }
  }

  /** Moves to the next record to hand out among those received. */
  private boolean advance() {
    while (cursor < batch.size()) {
      ReaderTrack t = track(batch.partition(cursor));
      if (t != null && t.admits(batch.offset(cursor), batch.timestampMillis(cursor))) {
        return true;
      }
      if (t != null) {
        stop(t);
      }
      cursor++;
    }
    return false;
  }

  private LogRecord<T> take() {
    int i = cursor;
    int partition = batch.partition(i);
    LogRecord<T> r =
        decoder.decode(partition, batch.offset(i), batch.timestampMillis(i), batch.message(i));
    ReaderTrack t = requireNonNull(track(partition));
    t.reached(batch.offset(i) + 1);
    stop(t);
    cursor++;
    return r;
  }

  private void stop(ReaderTrack t) {
    if (!t.done || sourceClosed) {
      return;
    }
    if (!t.paused) {
      t.paused = true;
      source.pause(t.partition);
    }
    if (atEnd()) {
      end(null);
    }
  }

  private @Nullable ReaderTrack track(int partition) {
    List<ReaderTrack> tracks = range.tracks();
    if (partition < tracks.size() && tracks.get(partition).partition == partition) {
      return tracks.get(partition);
    }
    for (ReaderTrack t : tracks) {
      if (t.partition == partition) {
        return t;
      }
    }
    return null;
  }

  private boolean atEnd() {
    for (ReaderTrack t : range.tracks()) {
      if (!t.done) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean isAtEnd() {
    use.lock();
    try {
      return !range.follows() && atEnd();
    } finally {
      leave();
    }
  }

  @Override
  public Positions position() {
    use.lock();
    try {
      Map<Integer, Long> next = new TreeMap<>();
      for (ReaderTrack t : range.tracks()) {
        next.put(t.partition, t.next);
      }
      return Positions.of(next);
    } finally {
      leave();
    }
  }

  @Override
  public void seek(int partition, long offset) {
    enter("seek");
    try {
      ReaderTrack t = track(partition);
      if (t == null) {
        throw LogAccess.outOfRange(
            "seek " + address + ": partition " + partition + " is not read here");
      }
      source.seek(partition, offset);
      t.seek(offset);
      if (t.paused && !t.done) {
        t.paused = false;
        source.resume(partition);
      }
    } catch (RuntimeException e) {
      throw kernel.wrap(e, "seek", address);
    } finally {
      leave();
    }
  }

  @Override
  @SuppressWarnings("NullAway") // Void has no value but null
  public CompletionStage<Void> terminated() {
    return terminated.minimalCompletionStage();
  }

  /** Completes {@link #terminated}; the first word counts. */
  void end(@Nullable MqException error) {
    if (pump != null && error == null && !closed) {
      return; // the end of what is received is not the end of what is handled
    }
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    Runnable completion =
        error == null
            ? () -> terminated.complete(null)
            : () -> terminated.completeExceptionally(error);
    kernel.completions().execute(completion);
  }

  @Override
  public void close() {
    close(Duration.ofSeconds(30));
  }

  @Override
  public boolean close(Duration timeout) {
    long nanos = Math.max(0, Commits.nanos(requireNonNull(timeout, "timeout")));
    closed = true;
    if (!sourceClosed) {
      source.wakeup();
    }
    gate.open();
    ReaderPump<T> p = pump;
    boolean idle = p == null || p.awaitIdle(nanos);
    try {
      if (use.tryLock(nanos, TimeUnit.NANOSECONDS)) {
        leave();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    kernel.release(this);
    end(null);
    return idle;
  }

  String address() {
    return address;
  }

  boolean isClosed() {
    return closed;
  }

  private void enter(String operation) {
    use.lock();
    if (closed) {
      leave();
      throw closed(operation);
    }
  }

  /** Gives the lock back, and closes the source if the reader was closed meanwhile. */
  private void leave() {
    use.unlock();
    while (closed && !sourceClosed && use.tryLock()) {
      try {
        if (!sourceClosed) {
          sourceClosed = true;
          source.close();
        }
      } finally {
        use.unlock();
      }
    }
  }

  private void checkNotHanded(String operation) {
    if (pump != null) {
      throw LogAccess.invalid(
          operation + " " + address + ": this reader hands its records to a handler");
    }
  }

  private ClosedException closed(String operation) {
    return new ClosedException(operation + " " + address + ": the reader is closed");
  }
}
