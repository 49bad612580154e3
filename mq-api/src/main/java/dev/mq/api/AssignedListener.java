package dev.mq.api;

import java.util.Set;

/** Told which partitions a member of a group now owns. */
@FunctionalInterface
public interface AssignedListener {
  /**
   * Called before a record of these partitions is handled; may seek, for offsets kept in a database
   * of one's own.
   */
  void assigned(Set<Integer> partitions, Seek seek);
}
