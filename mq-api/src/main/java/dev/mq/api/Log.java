package dev.mq.api;

import java.time.Instant;

/**
 * An append-only, partitioned sequence of records that any number of groups and readers read
 * independently. A handle: costs no I/O, thread-safe. Implemented by the library only.
 */
public non-sealed interface Log extends Destination {
  /** Returns the number of partitions. */
  int partitions();

  /**
   * Returns a builder of members of a group: the group sees every record, each partition in one
   * member at a time.
   */
  GroupBuilder<byte[]> group(String group);

  /** Returns a builder of readers that belong to no group and commit nothing. */
  ReaderBuilder<byte[]> reader();

  /** Returns the offset of the first record still there, per partition. */
  Positions begin();

  /**
   * Returns the offset the next record will get, per partition: nothing appended before this call
   * lies at or behind it (L-07).
   */
  Positions end();

  /**
   * Returns the first record with a timestamp at or after {@code time}, per partition, or its end
   * (L-08).
   */
  Positions at(Instant time);

  /**
   * Returns what a group has committed: the next offset to read; partitions without a commit are
   * absent (G-05).
   */
  Positions committed(String group);

  /** Returns how many offsets a group is behind the end, per partition; 0 or more (L-13). */
  Positions lag(String group);

  /**
   * Sets what a group has committed. The group must have no member.
   *
   * @throws MqException {@code OWNED_BY_OTHER} while it has
   */
  void reset(String group, Positions positions);

  /**
   * Raises the number of partitions. Records of keys may go to other partitions from then on;
   * existing groups read the new ones from their beginning (L-14).
   *
   * @throws MqException {@code INVALID_ARGUMENT} when {@code total} is less than now
   */
  void addPartitions(int total);

  /** Deletes the log. One that is not there changes nothing. */
  void delete();
}
