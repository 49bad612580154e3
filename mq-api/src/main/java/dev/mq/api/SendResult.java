package dev.mq.api;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** How one message of a batch came out. Immutable. */
public final class SendResult {
  private final @Nullable Receipt receipt;
  private final @Nullable MqException error;

  private SendResult(@Nullable Receipt receipt, @Nullable MqException error) {
    this.receipt = receipt;
    this.error = error;
  }

  /** Returns the result of a message that was confirmed. */
  public static SendResult ok(Receipt receipt) {
    return new SendResult(requireNonNull(receipt, "receipt"), null);
  }

  /** Returns the result of a message that failed, definitely or with an unknown outcome. */
  public static SendResult failed(MqException error) {
    return new SendResult(null, requireNonNull(error, "error"));
  }

  /** Returns which of the three outcomes it was. */
  public Status status() {
    if (error == null) {
      return Status.OK;
    }
    return error.isDefinite() ? Status.FAILED : Status.UNKNOWN;
  }

  /** Returns the receipt, or throws the error. */
  public Receipt orThrow() {
    if (error != null) {
      throw error;
    }
    return requireNonNull(receipt);
  }

  /** Returns the error, or null when the message was confirmed. */
  public @Nullable MqException error() {
    return error;
  }

  @Override
  public String toString() {
    return error == null ? String.valueOf(receipt) : status() + ": " + error.getMessage();
  }

  /** The three outcomes of a publish. */
  public enum Status {
    /** Stored, and for an exchange in at least one queue. */
    OK,
    /** Definitely in no queue and no log (P-02). */
    FAILED,
    /** Perhaps stored, perhaps not, perhaps later (P-03). */
    UNKNOWN
  }
}
