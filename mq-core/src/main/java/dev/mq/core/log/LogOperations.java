package dev.mq.core.log;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Capability;
import dev.mq.api.Positions;
import dev.mq.core.runtime.Kernel;
import dev.mq.spi.BackendLog;
import dev.mq.spi.LogDriver;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;

/**
 * What a handle of a log does besides producing and consuming. Every call goes to the backend.
 * Thread-safe.
 */
public final class LogOperations {
  private final Kernel kernel;
  private final String log;
  private final String address;

  /** Creates the operations of a log that may or may not exist. Costs no I/O. */
  public LogOperations(Kernel kernel, String log) {
    this.kernel = requireNonNull(kernel, "kernel");
    this.log = requireNonNull(log, "log");
    this.address = "log:" + log;
  }

  /** As {@link dev.mq.api.Log#partitions()}. */
  public int partitions() {
    return call("partitions", (driver, handle) -> handle.partitions());
  }

  /** As {@link dev.mq.api.Log#begin()}. */
  public Positions begin() {
    return call("begin", LogDriver::begin);
  }

  /** As {@link dev.mq.api.Log#end()}. */
  public Positions end() {
    return call("end", LogDriver::end);
  }

  /** As {@link dev.mq.api.Log#at(Instant)}. */
  public Positions at(Instant time) {
    requireNonNull(time, "time");
    kernel.capabilities().require(Capability.TIMESTAMP_SEEK);
    return call("at", (driver, handle) -> driver.at(handle, LogAccess.whole(time)));
  }

  /** As {@link dev.mq.api.Log#committed(String)}. */
  public Positions committed(String group) {
    requireNonNull(group, "group");
    return call("committed", (driver, handle) -> driver.committed(handle, group));
  }

  /**
   * As {@link dev.mq.api.Log#lag(String)}. Partitions without a commit count from their beginning,
   * and so does a commit that lies below it: what the log does not hold any more cannot be behind.
   */
  public Positions lag(String group) {
    requireNonNull(group, "group");
    kernel.capabilities().require(Capability.LOG_LAG);
    return call("lag", (driver, handle) -> lag(driver, handle, group));
  }

  private static Positions lag(LogDriver driver, BackendLog handle, String group) {
    // The end is read last, so that it cannot lie below what was committed before (L-13).
    Positions committed = driver.committed(handle, group);
    Positions begin = driver.begin(handle);
    Positions end = driver.end(handle);
    Map<Integer, Long> lag = new TreeMap<>();
    end.offsets()
        .forEach(
            (partition, last) -> {
              long first = begin.offset(partition).orElse(0);
              long next = Math.max(first, committed.offset(partition).orElse(first));
              lag.put(partition, Math.max(0, last - next));
            });
    return Positions.of(lag);
  }

  /** As {@link dev.mq.api.Log#reset(String, Positions)}. */
  public void reset(String group, Positions positions) {
    requireNonNull(group, "group");
    requireNonNull(positions, "positions");
    call(
        "reset",
        (driver, handle) -> {
          check(positions, driver.begin(handle), driver.end(handle));
          driver.reset(handle, group, positions);
          return true;
        });
  }

  private void check(Positions positions, Positions begin, Positions end) {
    positions
        .offsets()
        .forEach(
            (partition, offset) ->
                StartPositions.check("reset", address, partition, offset, begin, end));
  }

  /** As {@link dev.mq.api.Log#addPartitions(int)}. */
  public void addPartitions(int total) {
    if (total < 1) {
      throw LogAccess.invalid(
          "add partitions to " + address + ": total must be at least 1, is " + total);
    }
    kernel.capabilities().require(Capability.ADD_PARTITIONS);
    call(
        "add partitions to",
        (driver, handle) -> {
          int now = driver.describe(log).map(spec -> spec.partitions()).orElse(handle.partitions());
          if (total < now) {
            throw LogAccess.invalid(
                "add partitions to " + address + ": has " + now + " already, not " + total);
          }
          if (total > now) {
            driver.addPartitions(handle, total);
          }
          return true;
        });
  }

  /** As {@link dev.mq.api.Log#delete()}. */
  public void delete() {
    LogDriver driver = LogAccess.driver(kernel, "delete", address);
    kernel.call(
        "delete",
        address,
        () -> {
          driver.delete(log);
          return true;
        });
  }

  private <R> R call(String operation, BiFunction<LogDriver, BackendLog, R> body) {
    LogDriver driver = LogAccess.driver(kernel, operation, address);
    return kernel.call(operation, address, () -> body.apply(driver, driver.open(log)));
  }
}
