package dev.mq.api;

import org.jspecify.annotations.Nullable;

/**
 * The configuration is wrong (B-07). The text names the key, where its value came from and what
 * would be right; never a secret.
 */
public final class ConfigException extends MqException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; {@code message} names operation and destination. */
  public ConfigException(String message) {
    this(message, null);
  }

  /** Creates the exception with its cause. */
  public ConfigException(String message, @Nullable Throwable cause) {
    super(ErrorCode.CONFIG, true, false, message, cause);
  }
}
