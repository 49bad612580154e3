package dev.mq.spi;

import dev.mq.api.LogSpec;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import java.time.Instant;
import java.util.Optional;

/** Logs of a system. Thread-safe. Methods may block for round trips. */
public interface LogDriver {
  /**
   * Makes a log; throws {@link dev.mq.api.DeclarationConflictException} when one of this name has
   * other properties.
   */
  BackendLog create(LogSpec spec);

  /** Returns the properties of a log, if it exists; what cannot be seen has its default. */
  Optional<LogSpec> describe(String name);

  /** Returns the handle of a log that exists, or throws {@link dev.mq.api.NotFoundException}. */
  BackendLog open(String name);

  /** Deletes a log; one that is not there changes nothing. */
  void delete(String name);

  /** Raises the number of partitions. */
  void addPartitions(BackendLog log, int total);

  /** Returns the first offset still there, per partition. */
  Positions begin(BackendLog log);

  /**
   * Returns the next offset, per partition: greater than that of every append confirmed before this
   * call.
   */
  Positions end(BackendLog log);

  /** Returns the first offset with a timestamp at or after a time, or the end, per partition. */
  Positions at(BackendLog log, Instant time);

  /** Returns what a group committed (next to read); partitions without a commit are absent. */
  Positions committed(BackendLog log, String group);

  /** Sets what a group committed; throws {@code OWNED_BY_OTHER} while it has a member. */
  void reset(BackendLog log, String group, Positions positions);

  /**
   * Removes records below positions, where the system can; may do nothing. The runtime calls it for
   * logs of its own, whose names start with {@code mq.}, after a group has committed these
   * positions.
   */
  default void trim(BackendLog log, Positions below) {}

  /**
   * Opens a source of records that belongs to no group. Nothing is read before a {@link
   * RecordSource#seek}.
   *
   * @param maxRecords for how many records every {@link RecordSource#poll} has room
   */
  RecordSource reader(BackendLog log, int maxRecords);

  /**
   * Joins a group.
   *
   * @param start where partitions without a commit start; partitions added later always start at
   *     their beginning (L-14)
   * @param maxRecords for how many records every {@link RecordSource#poll} has room
   * @param listener called inside {@link RecordSource#poll} and {@link RecordSource#close} only
   */
  GroupMember join(
      BackendLog log, String group, Position start, int maxRecords, GroupListener listener);
}
