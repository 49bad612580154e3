package dev.mq.examples.pipeline.sabotage;

/** A way to break the embedded engine. */
public enum Sabotage {
  /** Confirms a message and throws it away. */
  LOSE,
  /** Stores a message twice. */
  DUPLICATE,
  /** Puts a message into another queue than it is for. */
  MISROUTE
}
