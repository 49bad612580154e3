package dev.mq.core.runtime;

import dev.mq.api.BackpressureException;
import dev.mq.api.ClosedException;
import dev.mq.api.ConfigException;
import dev.mq.api.DecodeException;
import dev.mq.api.MessageTooLargeException;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.OutcomeUnknownException;
import dev.mq.api.UnroutableException;
import dev.mq.api.UnsupportedCapabilityException;
import dev.mq.spi.ErrorClass;
import org.jspecify.annotations.Nullable;

/** Makes the exception type that belongs to a code. */
public final class Errors {
  private Errors() {}

  /** Returns an exception with the type of its code, where there is one. */
  public static MqException make(ErrorClass c, String text, @Nullable Throwable cause) {
    MqException typed =
        switch (c.code()) {
          case UNROUTABLE -> new UnroutableException(text, cause);
          case OUTCOME_UNKNOWN -> new OutcomeUnknownException(text, cause);
          case BACKPRESSURE -> new BackpressureException(text, cause);
          case CLOSED -> new ClosedException(text, cause);
          case NOT_FOUND -> new NotFoundException(text, cause);
          case TOO_LARGE -> new MessageTooLargeException(text, cause);
          case CONFIG -> new ConfigException(text, cause);
          case DECODE -> new DecodeException(text, cause);
          case UNSUPPORTED -> new UnsupportedCapabilityException(text, cause);
          default -> new MqException(c.code(), c.definite(), c.retryable(), text, cause);
        };
    boolean same = typed.isDefinite() == c.definite() && typed.isRetryable() == c.retryable();
    return same ? typed : new MqException(c.code(), c.definite(), c.retryable(), text, cause);
  }
}
