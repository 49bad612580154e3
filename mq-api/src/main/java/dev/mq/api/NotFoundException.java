package dev.mq.api;

import org.jspecify.annotations.Nullable;

/**
 * The exchange, queue, log or group does not exist (B-06). Definite: nothing is created by using
 * it.
 */
public final class NotFoundException extends MqException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; {@code message} names operation and destination. */
  public NotFoundException(String message) {
    this(message, null);
  }

  /** Creates the exception with its cause. */
  public NotFoundException(String message, @Nullable Throwable cause) {
    super(ErrorCode.NOT_FOUND, true, false, message, cause);
  }
}
