package dev.mq.api;

import org.jspecify.annotations.Nullable;

/** The broker, producer or consumer is closed (Y-04). Definite. */
public final class ClosedException extends MqException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; {@code message} names operation and destination. */
  public ClosedException(String message) {
    this(message, null);
  }

  /** Creates the exception with its cause. */
  public ClosedException(String message, @Nullable Throwable cause) {
    super(ErrorCode.CLOSED, true, false, message, cause);
  }
}
