package dev.mq.api;

import org.jspecify.annotations.Nullable;

/**
 * The backend does not have the capability that was asked for (B-09). Thrown before any side
 * effect.
 */
public final class UnsupportedCapabilityException extends MqException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; {@code message} names operation and destination. */
  public UnsupportedCapabilityException(String message) {
    this(message, null);
  }

  /** Creates the exception with its cause. */
  public UnsupportedCapabilityException(String message, @Nullable Throwable cause) {
    super(ErrorCode.UNSUPPORTED, true, false, message, cause);
  }
}
