package dev.mq.core.log;

import dev.mq.api.MqException;
import dev.mq.api.ErrorCode;
import dev.mq.api.UnsupportedCapabilityException;
import dev.mq.core.runtime.Kernel;
import dev.mq.spi.LogDriver;

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
                    operation + " " + address + ": backend '" + kernel.backend() + "' has no logs"));
  }

  static MqException invalid(String text) {
    return new MqException(ErrorCode.INVALID_ARGUMENT, text);
  }

  static MqException outOfRange(String text) {
    return new MqException(ErrorCode.OUT_OF_RANGE, text);
  }
}
