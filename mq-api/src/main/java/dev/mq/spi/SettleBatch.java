package dev.mq.spi;

import dev.mq.api.SettleResult;

/**
 * Settlements, and how to answer each. Implemented by the runtime. The answering methods may be
 * called from any thread, also inside {@link Lane#settle}; they do not block and do not run user
 * code. Each entry is answered exactly once.
 */
public interface SettleBatch {
  /** Returns the number of entries, 1 or more. */
  int size();

  /** Returns the token of the delivery. */
  long token(int index);

  /** Returns what to do. */
  SettleOutcome outcome(int index);

  /** Returns the delay of a {@code RETRY}. */
  long delayNanos(int index);

  /** Answers one entry. */
  void settled(int index, SettleResult result);

  /** Answers all entries alike. */
  void settledAll(SettleResult result);
}
