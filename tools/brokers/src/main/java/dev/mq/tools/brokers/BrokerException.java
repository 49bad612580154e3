package dev.mq.tools.brokers;

import org.jspecify.annotations.Nullable;

/** A broker could not be provided, started or controlled; the message says what to do about it. */
public final class BrokerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BrokerException(String message) {
    super(message);
  }

  BrokerException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
