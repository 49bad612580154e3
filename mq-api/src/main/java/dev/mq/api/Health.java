package dev.mq.api;

import static java.util.Objects.requireNonNull;

/**
 * Whether messages can flow.
 *
 * @param status the verdict
 * @param detail the reason, for people; empty when up
 */
public record Health(Status status, String detail) {
  /** Checks for nulls. */
  public Health {
    requireNonNull(status, "status");
    requireNonNull(detail, "detail");
  }

  /** The verdicts. */
  public enum Status {
    /** Messages can flow. */
    UP,
    /** Messages flow, but not as they should. Nothing tells this yet. */
    DEGRADED,
    /** Messages cannot flow. */
    DOWN
  }
}
