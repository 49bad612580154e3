package dev.mq.core.log;

import dev.mq.api.Capability;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.core.runtime.Kernel;
import dev.mq.spi.BackendLog;
import dev.mq.spi.LogDriver;
import dev.mq.spi.RecordSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Opens a source at the start of what a reader shall read. Ends by time are looked for in the
 * timestamps of records, between the start and the end as it is now, because not every backend
 * finds offsets of times exactly (L-08).
 *
 * @param follows whether there is no end
 * @param all whether partitions added later belong to it
 */
record ReaderRange(
    LogDriver driver,
    BackendLog handle,
    RecordSource source,
    List<ReaderTrack> tracks,
    boolean follows,
    boolean all) {

  /** How often the beginning is asked for again when retention moved it meanwhile. */
  private static final int TRIES = 5;

  static ReaderRange open(
      Kernel kernel, String log, Position from, @Nullable Position to, int @Nullable [] chosen) {
    String address = "log:" + log;
    LogDriver driver = LogAccess.driver(kernel, "read", address);
    if (from instanceof Position.At || to instanceof Position.At) {
      kernel.capabilities().require(Capability.TIMESTAMP_SEEK);
    }
    return kernel.call("read", address, () -> open(driver, log, from, to, chosen));
  }

  private static ReaderRange open(
      LogDriver driver, String log, Position from, @Nullable Position to, int @Nullable [] chosen) {
    BackendLog handle = driver.open(log);
    Bounds bounds = new Bounds("log:" + log, driver.begin(handle), driver.end(handle));
    int[] partitions = bounds.partitions(chosen, handle.partitions());
    Positions starts = bounds.starts(driver, handle, from);
    RecordSource source = driver.reader(handle, LogReaderImpl.BATCH);
    try {
      List<ReaderTrack> tracks = new ArrayList<>();
      for (int p : partitions) {
        long start = starts.offset(p).orElse(bounds.begin.offset(p).orElse(0));
        boolean atBegin = start == bounds.begin.offset(p).orElse(0) && !named(from, p);
        long at = seek(driver, handle, source, p, start, atBegin);
        tracks.add(new ReaderTrack(p, at, fromMillis(from), bounds.target(p, to), untilMillis(to)));
      }
      return new ReaderRange(driver, handle, source, tracks, to == null, chosen == null);
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
  }

  /** Adds partitions that were added to the log since, read from their beginning. */
  void grow() {
    int total = handle.partitions();
    if (!all || !follows || total <= tracks.size()) {
      return;
    }
    Positions begin = driver.begin(handle);
    for (int p = tracks.size(); p < total; p++) {
      long at = seek(driver, handle, source, p, begin.offset(p).orElse(0), true);
      tracks.add(new ReaderTrack(p, at, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE));
    }
  }

  private static boolean named(Position from, int partition) {
    return from instanceof Position.Offsets o && o.positions().offset(partition).isPresent();
  }

  private static long seek(
      LogDriver driver,
      BackendLog handle,
      RecordSource source,
      int partition,
      long offset,
      boolean begin) {
    long at = offset;
    for (int i = 1; ; i++) {
      try {
        source.seek(partition, at);
        return at;
      } catch (MqException e) {
        if (!begin || i == TRIES || e.code() != ErrorCode.OUT_OF_RANGE) {
          throw e;
        }
        at = driver.begin(handle).offset(partition).orElse(at);
      }
    }
  }

  private static long fromMillis(Position from) {
    return from instanceof Position.At at
        ? LogAccess.whole(at.time()).toEpochMilli()
        : Long.MIN_VALUE;
  }

  private static long untilMillis(@Nullable Position to) {
    return to instanceof Position.At at
        ? LogAccess.whole(at.time()).toEpochMilli()
        : Long.MAX_VALUE;
  }

  /** What the log holds as the reader opens. */
  private record Bounds(String address, Positions begin, Positions end) {
    int[] partitions(int @Nullable [] chosen, int total) {
      if (chosen == null) {
        return IntStream.range(0, total).toArray();
      }
      for (int p : chosen) {
        if (p < 0 || p >= total) {
          throw LogAccess.outOfRange("read " + address + ": there is no partition " + p);
        }
      }
      return IntStream.of(chosen).distinct().sorted().toArray();
    }

    Positions starts(LogDriver driver, BackendLog handle, Position from) {
      if (from instanceof Position.End) {
        return end;
      }
      if (from instanceof Position.At at) {
        return driver.at(handle, LogAccess.whole(at.time()));
      }
      if (from instanceof Position.Offsets offsets) {
        offsets.positions().offsets().forEach(this::check);
        return offsets.positions();
      }
      return begin;
    }

    private void check(int partition, long offset) {
      StartPositions.check("read", address, partition, offset, begin, end);
    }

    long target(int partition, @Nullable Position to) {
      if (to == null) {
        return Long.MAX_VALUE;
      }
      long last = end.offset(partition).orElse(0);
      if (to instanceof Position.Begin) {
        return begin.offset(partition).orElse(0);
      }
      return to instanceof Position.Offsets o ? o.positions().offset(partition).orElse(last) : last;
    }
  }
}
