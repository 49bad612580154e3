package dev.mq.core.log;

import dev.mq.api.ReaderBuilder;
import dev.mq.core.runtime.Kernel;

/** Makes readers of logs that belong to no group. */
public final class LogReaders {
  private LogReaders() {}

  /** Returns a builder of readers; the name is checked by the caller. Costs no I/O. */
  public static ReaderBuilder<byte[]> builder(Kernel kernel, String log) {
    return new ReaderBuilderImpl<>(kernel, log);
  }
}
