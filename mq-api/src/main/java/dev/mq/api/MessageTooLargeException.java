package dev.mq.api;

import org.jspecify.annotations.Nullable;

/**
 * The message is larger than the backend accepts (B-03). Definite; other messages are not affected.
 */
public final class MessageTooLargeException extends MqException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; {@code message} names operation and destination. */
  public MessageTooLargeException(String message) {
    this(message, null);
  }

  /** Creates the exception with its cause. */
  public MessageTooLargeException(String message, @Nullable Throwable cause) {
    super(ErrorCode.TOO_LARGE, true, false, message, cause);
  }
}
