package dev.mq.core.log;

import dev.mq.api.BrokerEvent;
import dev.mq.api.ErrorCode;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.QueueSpec;
import dev.mq.core.runtime.Kernel;
import dev.mq.core.runtime.WireHeaders;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Publishes records that failed for good, one at a time per partition, and lets the partition go on
 * once the copy is confirmed. A copy that fails is tried again after a backoff; its partition
 * waits. Copies keep id, key, body and headers.
 */
final class DeadLetters {
  private static final Duration FIRST = Duration.ofMillis(200);
  private static final int MAX_DOUBLINGS = 8;
  private static final int MAX_TEXT = 200;

  private final Kernel kernel;
  private final GroupOptions options;
  private final GroupState state;
  private final Dispatcher dispatcher;
  private final String address;

  DeadLetters(Kernel kernel, GroupOptions options, GroupState state, Dispatcher dispatcher) {
    this.kernel = kernel;
    this.options = options;
    this.state = state;
    this.dispatcher = dispatcher;
    String destination = options.failure().deadLetter();
    this.address =
        destination == null || destination.contains(":") ? "" + destination : "log:" + destination;
  }

  /** Publishes the record a partition waits for. On the polling thread, without the lock. */
  void publish(Partition p) {
    Message copy;
    long sequence;
    long to;
    state.lock.lock();
    try {
      Failed failed = p.failed;
      if (p.dropped || p.revoking || state.closing || p.publishing || failed == null) {
        return;
      }
      sequence = p.next();
      to = failed.to();
      copy = copy(p, sequence, failed);
      p.publishing = true;
    } finally {
      state.lock.unlock();
    }
    try {
      kernel.systemPublisher().publish(address, copy, error -> done(p, sequence, to, error));
    } catch (RuntimeException e) {
      done(p, sequence, to, kernel.wrap(e, "publish", address));
    }
  }

  private Message copy(Partition p, long sequence, Failed failed) {
    String reason = failed.decode() ? "undecodable" : "max-attempts";
    return p.held().message(sequence).toBuilder()
        .timeToLive(null)
        .header(WireHeaders.DEAD_REASON, reason)
        .header(WireHeaders.DEAD_ERROR, text(failed.error()))
        .header(WireHeaders.FAILURES, p.failures)
        .header(WireHeaders.DEAD_LOG, options.log())
        .header(WireHeaders.DEAD_PARTITION, p.number)
        .header(WireHeaders.DEAD_OFFSET, p.held().offset(sequence))
        .build();
  }

  private static String text(Throwable error) {
    String text = error.toString();
    return text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) : text;
  }

  private void done(Partition p, long sequence, long to, @Nullable MqException error) {
    boolean tell = true;
    boolean more = false;
    Duration delay = Duration.ZERO;
    String where;
    state.lock.lock();
    try {
      if (!p.publishing || p.next() != sequence) {
        return;
      }
      where = dispatcher.where(p, sequence);
      p.publishing = false;
      state.changed.signalAll();
      if (error == null) {
        more = confirmed(p, sequence, to);
      } else {
        tell = p.deadLetterFailures == 0;
        delay = FIRST.multipliedBy(1L << Math.min(p.deadLetterFailures, MAX_DOUBLINGS));
        p.deadLetterFailures++;
        more = true;
      }
    } finally {
      state.lock.unlock();
    }
    if (tell) {
      tell(where, error);
    }
    if (more) {
      dispatcher.later(p, delay, () -> state.post(() -> publish(p)));
    }
    state.wake();
  }

  /** Passes the record; returns whether its batch has a further one to publish. With the lock. */
  private boolean confirmed(Partition p, long sequence, long to) {
    if (p.dropped) {
      return false;
    }
    Failed failed = p.failed;
    int failures = p.failures;
    boolean more = sequence + 1 < to;
    p.waiting = more;
    dispatcher.passed(p, sequence + 1);
    if (more) {
      p.failed = failed;
      p.failures = failures;
    }
    return more;
  }

  private void tell(String where, @Nullable MqException error) {
    if (error == null) {
      String text = where + " dead-lettered to " + address;
      kernel.event(BrokerEvent.Type.DEAD_LETTERED, options.address(), text, null);
    } else {
      String text = where + " could not be dead-lettered to " + address + ", is tried again";
      kernel.event(BrokerEvent.Type.DEAD_LETTER_FAILED, options.address(), text, error);
    }
  }

  /** Checks a destination when a consumer is built. */
  static void check(String destination) {
    int colon = destination.indexOf(':');
    String kind = colon < 0 ? "log" : destination.substring(0, colon);
    boolean known = kind.equals("log") || kind.equals("queue") || kind.equals("exchange");
    if (!known || colon == destination.length() - 1) {
      throw new MqException(
          ErrorCode.INVALID_ARGUMENT,
          "dead-letter destination must be a log's name, log:NAME, queue:NAME or exchange:NAME, is '"
              + destination
              + "'");
    }
    // The specs check names; logs of the library's own are not for programs.
    String unused = QueueSpec.of(destination.substring(colon + 1)).name();
  }
}
