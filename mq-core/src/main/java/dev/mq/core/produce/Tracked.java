package dev.mq.core.produce;

import org.jspecify.annotations.Nullable;

/** Something sent that waits for its answer, as {@link Outstanding} sees it. */
abstract class Tracked {
  /** Set before the adder looks whether it is done; read after it became done: one of the two sees the other. */
  volatile boolean tracked;

  // Owned by Outstanding, under its lock.
  boolean linked;
  @Nullable Tracked previous;
  @Nullable Tracked next;
  long sequence;
  long deadline;

  /** Returns whether every message of it was answered. */
  abstract boolean isDone();

  /** Ends what has no answer: as failed when it was never handed to the backend, else as unknown. */
  abstract void abandon(String text);
}
