package dev.mq.spi;

import static java.util.Objects.requireNonNull;

import dev.mq.api.ErrorCode;

/**
 * What an exception of a backend means.
 *
 * @param code what happened
 * @param definite true when the operation certainly had no effect; false when that is not known
 * @param retryable true when the same call may succeed later without a change
 */
public record ErrorClass(ErrorCode code, boolean definite, boolean retryable) {
  /** Checks for null. */
  public ErrorClass {
    requireNonNull(code, "code");
  }

  /** Returns a definite error that retrying does not cure. */
  public static ErrorClass definite(ErrorCode code) {
    return new ErrorClass(code, true, false);
  }

  /** Returns an error that leaves open whether the operation took effect. */
  public static ErrorClass unknown() {
    return new ErrorClass(ErrorCode.OUTCOME_UNKNOWN, false, true);
  }

  /** Returns the error of a system that cannot be reached, when nothing was sent. */
  public static ErrorClass unavailable() {
    return new ErrorClass(ErrorCode.UNAVAILABLE, true, true);
  }
}
