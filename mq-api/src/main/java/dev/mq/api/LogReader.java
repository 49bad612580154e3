package dev.mq.api;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log without a group. For one thread at a time; {@link #close()} may be called from any.
 * Implemented by the library only.
 *
 * <p>Iterating a bounded reader ends by itself at its end, gaps in offsets or not; iterating a
 * following one waits, and ends when it is closed.
 *
 * @param <T> the type of the body
 */
public interface LogReader<T extends @Nullable Object>
    extends Iterable<LogRecord<T>>, AutoCloseable {
  /**
   * Waits for at least one record and returns those that are there; empty when none came in time or
   * the end is reached.
   */
  List<LogRecord<T>> poll(Duration timeout);

  /** Returns whether a bounded reader has returned everything up to its end. */
  boolean isAtEnd();

  /** Returns the next offset to read per partition. */
  Positions position();

  /** Reads on at the least offset at or after {@code offset} (L-06). */
  void seek(int partition, long offset);

  /**
   * Returns a stage that completes when a bounded reader came to its end or any was closed,
   * exceptionally on an error.
   */
  CompletionStage<Void> terminated();

  /** Closes; wakes a waiting {@link #poll}. Idempotent. */
  @Override
  void close();
}
