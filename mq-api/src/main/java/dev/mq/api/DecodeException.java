package dev.mq.api;

import org.jspecify.annotations.Nullable;

/**
 * A body could not be decoded. A consumer dead-letters such a message, it is never retried (B-12).
 */
public final class DecodeException extends MqException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; {@code message} names operation and destination. */
  public DecodeException(String message) {
    this(message, null);
  }

  /** Creates the exception with its cause. */
  public DecodeException(String message, @Nullable Throwable cause) {
    super(ErrorCode.DECODE, true, false, message, cause);
  }
}
