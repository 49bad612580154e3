package dev.mq.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Handles records of one partition in batches.
 *
 * @param <T> the type of the body
 */
@FunctionalInterface
public interface RecordBatchHandler<T extends @Nullable Object> {
  /** Handles 1 or more records of one partition, in order. An exception fails the whole batch. */
  void handle(List<LogRecord<T>> records) throws Exception;
}
