package dev.mq.api;

import org.jspecify.annotations.Nullable;

/** The message reached no queue and is stored nowhere (P-11). Definite. */
public final class UnroutableException extends MqException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; {@code message} names operation and destination. */
  public UnroutableException(String message) {
    this(message, null);
  }

  /** Creates the exception with its cause. */
  public UnroutableException(String message, @Nullable Throwable cause) {
    super(ErrorCode.UNROUTABLE, true, false, message, cause);
  }
}
