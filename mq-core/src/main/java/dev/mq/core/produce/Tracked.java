package dev.mq.core.produce;

import org.jspecify.annotations.Nullable;

/** Something sent that waits for its answer, as {@link Outstanding} sees it. */
abstract class Tracked {
  // Owned by Outstanding, under its lock.
  @Nullable Tracked next;
  long sequence;
  long deadline;

  /** Returns whether every message of it was answered and its sender told. */
  abstract boolean isTold();

  /** Returns the bytes of its bodies. */
  abstract long bytes();

  /**
   * Ends what has no answer: as failed when it was never handed to the backend, else as unknown.
   */
  abstract void abandon(String text);
}
