package dev.mq.api;

import org.jspecify.annotations.Nullable;

/**
 * Handles records one at a time, serially within a partition.
 *
 * @param <T> the type of the body
 */
@FunctionalInterface
public interface RecordHandler<T extends @Nullable Object> {
  /**
   * Handles a record. Runs on a thread of the consumer, never of a client library. An exception is
   * handled by {@link Failure}.
   */
  void handle(LogRecord<T> logRecord) throws Exception;
}
