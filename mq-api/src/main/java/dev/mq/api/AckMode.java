package dev.mq.api;

/** Who settles a delivery. */
public enum AckMode {
  /**
   * The runtime: return acks, throw nacks, an explicit settlement wins. The default for
   * handlers.
   */
  ON_RETURN,
  /** The program, by the verbs of {@link Delivery}, from any thread (C-03). */
  MANUAL,
  /** Nobody: settled on receipt, so a crash loses what was in hand. At most once, by name only. */
  NONE
}
