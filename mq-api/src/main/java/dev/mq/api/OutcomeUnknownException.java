package dev.mq.api;

import org.jspecify.annotations.Nullable;

/**
 * No answer came: the message may be stored or not, now or later (P-03). Send the same message,
 * with the same id, again.
 */
public final class OutcomeUnknownException extends MqException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; {@code message} names operation and destination. */
  public OutcomeUnknownException(String message) {
    this(message, null);
  }

  /** Creates the exception with its cause. */
  public OutcomeUnknownException(String message, @Nullable Throwable cause) {
    super(ErrorCode.OUTCOME_UNKNOWN, false, true, message, cause);
  }
}
