package dev.mq.api;

import org.jspecify.annotations.Nullable;

/**
 * Too many messages or bytes were in flight for longer than {@code maxBlock} (P-08). Definite: this
 * message was not sent.
 */
public final class BackpressureException extends MqException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; {@code message} names operation and destination. */
  public BackpressureException(String message) {
    this(message, null);
  }

  /** Creates the exception with its cause. */
  public BackpressureException(String message, @Nullable Throwable cause) {
    super(ErrorCode.BACKPRESSURE, true, true, message, cause);
  }
}
