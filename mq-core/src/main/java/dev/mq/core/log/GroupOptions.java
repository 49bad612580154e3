package dev.mq.core.log;

import dev.mq.api.AssignedListener;
import dev.mq.api.CommitMode;
import dev.mq.api.Failure;
import dev.mq.api.PartitionsListener;
import dev.mq.api.Position;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** What a builder of group members collected, with the configuration applied. */
record GroupOptions(
    String log,
    String group,
    String name,
    Position start,
    int concurrency,
    int batchSize,
    CommitMode commit,
    Failure failure,
    Duration closeTimeout,
    Executor executor,
    @Nullable AssignedListener onAssigned,
    @Nullable PartitionsListener onRevoked,
    @Nullable PartitionsListener onLost) {

  String address() {
    return "log:" + log;
  }

  boolean manual() {
    return commit instanceof CommitMode.Manual;
  }

  boolean afterBatch() {
    return commit instanceof CommitMode.AfterBatch;
  }

  /** Says who consumes what, for events and errors. */
  String who() {
    return "consumer '" + name + "' of log:" + log + " in group '" + group + "'";
  }
}
