package dev.mq.api;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The one root of every exception this library throws.
 *
 * <p>Programs decide by {@link #code()}, {@link #isDefinite()} and {@link #isRetryable()}; the
 * message is for people. It names the operation and the destination and never contains a secret, a
 * body or a header value.
 */
public class MqException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final boolean definite;
  private final boolean retryable;

  /**
   * Creates an exception.
   *
   * @param code what happened
   * @param definite true when the operation certainly had no effect
   * @param retryable true when the same call may succeed later without a change
   * @param message for people: operation, destination, reason
   * @param cause the underlying error, or null
   */
  public MqException(
      ErrorCode code,
      boolean definite,
      boolean retryable,
      String message,
      @Nullable Throwable cause) {
    super(message, cause);
    this.code = requireNonNull(code, "code");
    this.definite = definite;
    this.retryable = retryable;
  }

  /** Creates a definite error that retrying does not cure. */
  public MqException(ErrorCode code, String message) {
    this(code, true, false, message, null);
  }

  /** Creates a definite error that retrying does not cure, with its cause. */
  public MqException(ErrorCode code, String message, @Nullable Throwable cause) {
    this(code, true, false, message, cause);
  }

  /** Returns what happened. */
  public final ErrorCode code() {
    return code;
  }

  /**
   * Returns whether the operation certainly had no effect. For a publish: the message is in no
   * queue and no log (P-02). When false, the operation may have happened, and may even happen later
   * (P-03).
   */
  public final boolean isDefinite() {
    return definite;
  }

  /**
   * Returns whether the same call may succeed later without a change to arguments, topology or
   * configuration.
   */
  public final boolean isRetryable() {
    return retryable;
  }

  /**
   * Returns the {@code MqException} in a failure: the failure itself, or its cause when futures
   * wrapped it.
   *
   * @param failure as handed to {@code whenComplete} or caught
   * @return never null; a failure of foreign origin is wrapped with code {@link ErrorCode#INTERNAL}
   */
  public static MqException of(Throwable failure) {
    Throwable t = requireNonNull(failure, "failure");
    while ((t instanceof CompletionException || t instanceof ExecutionException)
        && t.getCause() != null) {
      t = t.getCause();
    }
    return t instanceof MqException mq
        ? mq
        : new MqException(ErrorCode.INTERNAL, false, false, "unexpected failure: " + t, t);
  }
}
