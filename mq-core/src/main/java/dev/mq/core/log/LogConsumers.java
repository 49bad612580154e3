package dev.mq.core.log;

import dev.mq.api.GroupBuilder;
import dev.mq.core.runtime.Kernel;

/** Makes members of log groups. */
public final class LogConsumers {
  private LogConsumers() {}

  /** Returns a builder of members of a group; names are checked by the caller. Costs no I/O. */
  public static GroupBuilder<byte[]> group(Kernel kernel, String log, String group) {
    return new GroupBuilderImpl<>(kernel, log, group);
  }
}
