package dev.mq.api;

import org.jspecify.annotations.Nullable;

/**
 * No reply came in time. Not definite: the request may have been handled, and may be yet.
 * Asking again with the same message id lets a deduplicating responder tell.
 */
public final class RequestTimeoutException extends MqException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; {@code message} names operation and destination. */
  public RequestTimeoutException(String message) {
    this(message, null);
  }

  /** Creates the exception with its cause. */
  public RequestTimeoutException(String message, @Nullable Throwable cause) {
    super(ErrorCode.REQUEST_TIMEOUT, false, true, message, cause);
  }
}
