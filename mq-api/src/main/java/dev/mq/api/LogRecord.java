package dev.mq.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A message at its place in a log.
 *
 * @param partition the partition
 * @param offset the offset: rises within a partition, with gaps
 * @param timestamp when the broker appended it; never decreases within a partition, unless
 *     producers set it (a topic of Kafka that was made elsewhere)
 * @param body the decoded body; null for a tombstone
 * @param message the message as it is in the log
 * @param <T> the type of the body
 */
public record LogRecord<T extends @Nullable Object>(
    int partition, long offset, Instant timestamp, T body, Message message) {}
