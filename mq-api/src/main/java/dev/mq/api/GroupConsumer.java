package dev.mq.api;

import java.util.Set;
import java.util.concurrent.CompletionStage;

/** A member of a log group. Thread-safe. Implemented by the library only. */
public interface GroupConsumer extends Consumer {
  /** Returns the name of the group. */
  String group();

  /** Returns the partitions owned now. */
  Set<Integer> assigned();

  /**
   * Commits positions (next to read) of owned partitions. Fails definitely with {@code FENCED} when
   * a partition is not owned any more, and then changes nothing of it (G-07).
   */
  CompletionStage<Void> commit(Positions positions);
}
