package dev.mq.core.produce;

import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishTarget;
import java.util.Arrays;

/** Where a message goes; reused, so that routing costs no object. Not thread-safe. */
public final class RouteSink {
  private PublishTarget[] targets = new PublishTarget[4];
  private int count;
  private int partition = PublishBatch.NO_PARTITION;

  /** Creates an empty sink. */
  public RouteSink() {}

  /** Empties it. */
  public void clear() {
    count = 0;
    partition = PublishBatch.NO_PARTITION;
  }

  /** Adds a queue or an exchange. */
  public void add(PublishTarget target) {
    if (count == targets.length) {
      targets = Arrays.copyOf(targets, count * 2);
    }
    targets[count++] = target;
  }

  /** Adds a log with the partition. */
  public void add(PublishTarget log, int toPartition) {
    add(log);
    partition = toPartition;
  }

  int count() {
    return count;
  }

  PublishTarget target(int i) {
    return targets[i];
  }

  int partition() {
    return partition;
  }

  PublishTarget[] copy() {
    return Arrays.copyOf(targets, count);
  }
}
