package dev.mq.core.log;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.UnsupportedCapabilityException;
import dev.mq.core.runtime.Kernel;
import dev.mq.spi.LogDriver;
import java.time.Instant;

/** Finds the logs of a backend. */
final class LogAccess {
  private LogAccess() {}

  /** Returns the logs of the backend, or refuses the operation. */
  static LogDriver driver(Kernel kernel, String operation, String address) {
    kernel.checkOpen(operation, address);
    return kernel
        .session()
        .logs()
        .orElseThrow(
            () ->
                new UnsupportedCapabilityException(
                    operation
                        + " "
                        + address
                        + ": backend '"
                        + kernel.backend()
                        + "' has no logs"));
  }

  /**
   * Returns the first whole millisecond that is not before a time, within what milliseconds can
   * count: timestamps of records have no finer unit, so this is the same question to every backend.
   */
  static Instant whole(Instant time) {
    if (time.getEpochSecond() >= Long.MAX_VALUE / 1000) {
      return Instant.ofEpochMilli(Long.MAX_VALUE);
    }
    if (time.getEpochSecond() <= Long.MIN_VALUE / 1000) {
      return Instant.ofEpochMilli(Long.MIN_VALUE);
    }
    long millis = time.toEpochMilli();
    return Instant.ofEpochMilli(time.getNano() % 1_000_000 == 0 ? millis : millis + 1);
  }

  static MqException invalid(String text) {
    return new MqException(ErrorCode.INVALID_ARGUMENT, text);
  }

  static MqException outOfRange(String text) {
    return new MqException(ErrorCode.OUT_OF_RANGE, text);
  }
}
