package dev.mq.core.runtime;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;

/**
 * Knows the threads that run completions of the program, so that a wait for another completion
 * fails instead of deadlocking.
 */
public final class WouldBlock {
  private static final ThreadLocal<Integer> DEPTH = ThreadLocal.withInitial(() -> 0);

  private WouldBlock() {}

  /** Runs a completion of the program. */
  public static void mark(Runnable completion) {
    int depth = DEPTH.get();
    DEPTH.set(depth + 1);
    try {
      completion.run();
    } finally {
      DEPTH.set(depth);
    }
  }

  /** Throws {@code WOULD_BLOCK} when called from a completion. */
  public static void check(String operation, String address) {
    if (isCompletion()) {
      throw new MqException(
          ErrorCode.WOULD_BLOCK,
          operation
              + " "
              + address
              + ": would wait for a completion from inside one; use the asynchronous form");
    }
  }

  /** Returns whether the current thread runs a completion of the program. */
  public static boolean isCompletion() {
    return DEPTH.get() > 0;
  }
}
