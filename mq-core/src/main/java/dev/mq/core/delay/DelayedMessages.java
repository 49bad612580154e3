package dev.mq.core.delay;

import dev.mq.api.Headers;
import dev.mq.api.Message;
import dev.mq.core.runtime.WireHeaders;
import java.time.Duration;

/**
 * The form of messages in the delay log: the message itself, and headers that say for which queue
 * it is, until when it waits and how long that was.
 *
 * <p>Messages that wait about as long share a partition, so that each partition is nearly in the
 * order in which its messages are due: the first holds waits of up to a second, each further one
 * four times longer ones, the last one all the rest.
 */
final class DelayedMessages {
  static final int PARTITIONS = 8;

  private static final long FIRST_MILLIS = 1000;

  private DelayedMessages() {}

  /** Returns a message as it waits in the log. */
  static Message wrap(Message message, String queue, long untilMillis, Duration delay) {
    return message.toBuilder()
        .header(WireHeaders.DELAY_QUEUE, queue)
        .header(WireHeaders.DELAY_UNTIL, untilMillis)
        .header(WireHeaders.DELAY_MILLIS, millis(delay))
        .build();
  }

  /** Returns a message as it goes to its queue. */
  static Message unwrap(Message waiting) {
    return waiting.toBuilder()
        .removeHeader(WireHeaders.DELAY_QUEUE)
        .removeHeader(WireHeaders.DELAY_UNTIL)
        .removeHeader(WireHeaders.DELAY_MILLIS)
        .build();
  }

  /** Returns whether a message has the form of this log. */
  static boolean isDelayed(Message message) {
    Headers h = message.headers();
    return h.text(WireHeaders.DELAY_QUEUE) != null
        && h.value(WireHeaders.DELAY_UNTIL) instanceof Long
        && h.value(WireHeaders.DELAY_MILLIS) instanceof Long;
  }

  static String queue(Message waiting) {
    String queue = waiting.headers().text(WireHeaders.DELAY_QUEUE);
    if (queue == null) {
      throw new IllegalArgumentException("not of the delay log: " + waiting);
    }
    return queue;
  }

  static long untilMillis(Message waiting) {
    return waiting.headers().value(WireHeaders.DELAY_UNTIL) instanceof Long until ? until : 0;
  }

  static long delayMillis(Message waiting) {
    return waiting.headers().value(WireHeaders.DELAY_MILLIS) instanceof Long n ? n : 0;
  }

  /** Returns the partition of a message among a number of them. */
  static int partition(Message waiting, int partitions) {
    long millis = delayMillis(waiting);
    int p = 0;
    for (long limit = FIRST_MILLIS;
        p < PARTITIONS - 1 && p < partitions - 1 && millis > limit;
        limit *= 4) {
      p++;
    }
    return p;
  }

  /** Returns the milliseconds of a duration, rounded up so that nothing is early. */
  static long millis(Duration d) {
    if (d.compareTo(Duration.ofDays(365_000)) > 0) {
      return Duration.ofDays(365_000).toMillis();
    }
    return Math.max(0, d.plusNanos(999_999).toMillis());
  }
}
