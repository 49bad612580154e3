package dev.mq.api;

import java.util.Set;

/** Told which partitions a member of a group gives up or has lost. */
@FunctionalInterface
public interface PartitionsListener {
  /**
   * Called once per change. On revoke the member may still commit; once it returns, nothing of
   * these partitions is handled (G-10).
   */
  void changed(Set<Integer> partitions);
}
