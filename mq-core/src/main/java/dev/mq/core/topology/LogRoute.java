package dev.mq.core.topology;

import dev.mq.api.ErrorCode;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Partitioner;
import dev.mq.core.produce.Route;
import dev.mq.core.produce.RouteSink;
import dev.mq.spi.BackendLog;

/** The route of a log: its partitioner chooses. */
public final class LogRoute implements Route {
  private final BackendLog log;
  private final Partitioner partitioner;

  /** Creates the route of a log. */
  public LogRoute(BackendLog log, Partitioner partitioner) {
    this.log = log;
    this.partitioner = partitioner;
  }

  @Override
  public void route(Message message, RouteSink sink) {
    int partitions = log.partitions();
    int partition = partitioner.partition(message, partitions);
    if (partition < 0 || partition >= partitions) {
      throw new MqException(
          ErrorCode.INVALID_ARGUMENT,
          "publish log:" + log.name() + ": partitioner chose " + partition + " of " + partitions);
    }
    sink.add(log, partition);
  }
}
