package dev.mq.core.dispatch;

import dev.mq.api.Message;
import dev.mq.core.runtime.WireHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Makes the copies of messages that the runtime publishes: same id, body, key, headers and
 * properties, and what it has to add.
 */
final class Copies {
  private static final int MAX_ERROR = 200;

  private Copies() {}

  /** Returns the copy that goes back to its queue with one more failure. */
  static Message retry(DeliveryImpl d, int failures) {
    Message.Builder b =
        d.message().toBuilder()
            .header(WireHeaders.FAILURES, failures)
            .header(WireHeaders.FAILURES_QUEUE, d.queue())
            .header(WireHeaders.ATTEMPTS, d.attempt());
    if (d.expiresAtMillis != Long.MAX_VALUE) {
      b.header(WireHeaders.EXPIRES_AT, d.expiresAtMillis);
    }
    return b.build();
  }

  /**
   * Returns the copy that goes to a dead-letter queue, where it does not expire and its failures
   * are counted anew.
   */
  static Message deadLetter(
      DeliveryImpl d, DeadLetterReason reason, int failures, @Nullable Throwable error) {
    Message.Builder b =
        d.message().toBuilder()
            .timeToLive(null)
            .removeHeader(WireHeaders.FAILURES_QUEUE)
            .removeHeader(WireHeaders.ATTEMPTS)
            .removeHeader(WireHeaders.EXPIRES_AT)
            .header(WireHeaders.DEAD_REASON, reason.text())
            .header(WireHeaders.DEAD_QUEUE, d.queue())
            .header(WireHeaders.FAILURES, failures);
    if (error == null) {
      b.removeHeader(WireHeaders.DEAD_ERROR);
    } else {
      b.header(WireHeaders.DEAD_ERROR, describe(error));
    }
    return b.build();
  }

  private static String describe(Throwable error) {
    String message = error.getMessage();
    String text = error.getClass().getName() + (message == null ? "" : ": " + message);
    if (text.length() <= MAX_ERROR) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(MAX_ERROR - 1)) ? MAX_ERROR - 1 : MAX_ERROR;
    return text.substring(0, end);
  }
}
