package dev.mq.api;

import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Builds a member of a log group. Not thread-safe. Operations may override concurrency, batch size
 * and close timeout by {@code mq.consumers.<name>.*}, without a release.
 *
 * @param <T> the type of the body
 */
public interface GroupBuilder<T extends @Nullable Object> {
  /**
   * Decodes bodies; a body that cannot be decoded is dead-lettered when {@link Failure} says so,
   * else it stops the consumer.
   */
  <U> GroupBuilder<U> as(Codec<U> codec);

  /** Sets the name in configuration, events and thread names; the group's name by default. */
  GroupBuilder<T> name(String name);

  /**
   * Sets where a group without a commit starts: {@code begin} by default, so nothing is skipped
   * unasked (G-11).
   */
  GroupBuilder<T> startAt(Position position);

  /**
   * Sets how many partitions are handled at the same time, 1 or more; 16 by default. Within a
   * partition it is always one.
   */
  GroupBuilder<T> concurrency(int concurrency);

  /** Sets when commits happen. */
  GroupBuilder<T> commit(CommitMode mode);

  /** Sets what happens to a record whose handler failed. */
  GroupBuilder<T> onFailure(Failure failure);

  /**
   * Sets how many records are received at a time and how many a partition may hold unhandled, 1 or
   * more; 500 by default.
   */
  GroupBuilder<T> batchSize(int records);

  /** Is told of assigned partitions, on the thread that receives; blocking delays the member. */
  GroupBuilder<T> onAssigned(AssignedListener listener);

  /** Is told of partitions given up in order; may still commit. */
  GroupBuilder<T> onRevoked(PartitionsListener listener);

  /** Is told of partitions lost without a chance to commit. */
  GroupBuilder<T> onLost(PartitionsListener listener);

  /**
   * Sets how long {@link GroupConsumer#close()} waits for running handlers; 30 seconds by default.
   */
  GroupBuilder<T> closeTimeout(Duration timeout);

  /**
   * Runs handlers on an executor of the program's own, such as virtual threads; it is not shut
   * down.
   */
  GroupBuilder<T> executor(Executor executor);

  /**
   * Joins the group and handles records one at a time.
   *
   * @throws NotFoundException when the log does not exist
   */
  GroupConsumer start(RecordHandler<T> handler);

  /** Joins the group and handles records in batches. */
  GroupConsumer startBatch(RecordBatchHandler<T> handler);
}
