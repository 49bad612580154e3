package dev.mq.spi;

/** What to do with a leased message. */
public enum SettleOutcome {
  /** Remove it: done, or a copy of it was confirmed elsewhere. */
  ACK,
  /** Give it back at once, flagged redelivered; no failure is counted. */
  RELEASE,
  /**
   * Give it back after a delay, flagged redelivered, with one more failure. Only where {@link
   * QueueTraits#nativeRetry()}.
   */
  RETRY
}
