package dev.mq.api;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Builds a reader of a log that belongs to no group. Not thread-safe.
 *
 * @param <T> the type of the body
 */
public interface ReaderBuilder<T extends @Nullable Object> {
  /** Decodes bodies. */
  <U> ReaderBuilder<U> as(Codec<U> codec);

  /** Sets where to start; {@code begin} by default. */
  ReaderBuilder<T> from(Position from);

  /** Starts at offsets. */
  default ReaderBuilder<T> from(Positions from) {
    return from(Position.of(from));
  }

  /** Sets where to end, exclusively; the end at opening by default. */
  ReaderBuilder<T> to(Position to);

  /** Ends before offsets. */
  default ReaderBuilder<T> to(Positions to) {
    return to(Position.of(to));
  }

  /** Does not end: waits for further records. */
  ReaderBuilder<T> follow();

  /** Reads only these partitions; all by default. */
  ReaderBuilder<T> partitions(int... partitions);

  /**
   * Runs the handler of {@link #start} on an executor of the program's own; it is not shut down.
   */
  ReaderBuilder<T> executor(Executor executor);

  /**
   * Opens the reader to iterate or poll.
   *
   * @throws NotFoundException when the log does not exist
   * @throws MqException {@code OUT_OF_RANGE} when a start offset lies below what the log still
   *     holds or beyond its end
   */
  LogReader<T> open();

  /**
   * Opens the reader and hands every record to a handler, in order within a partition; an exception
   * ends it.
   */
  LogReader<T> start(RecordHandler<T> handler);
}
