package dev.mq.core.dispatch;

import dev.mq.api.Headers;
import dev.mq.api.Message;
import dev.mq.core.runtime.WireHeaders;
import dev.mq.spi.DeliveryBatch;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Turns what a lane received into deliveries: adds what earlier copies of a message have counted,
 * and finds when it expires.
 */
final class Intake {
  private final String queue;
  private final long queueTtlMillis;
  private final long firstState;
  private final int moveAt;

  /**
   * Creates one for a queue.
   *
   * @param firstState the state deliveries start with
   * @param deliveryLimit after how many deliveries the system ends a message, or 0
   */
  Intake(String queue, @Nullable Duration queueTtl, long firstState, int deliveryLimit) {
    this.moveAt = deliveryLimit == 0 ? Integer.MAX_VALUE : deliveryLimit / 2 + 1;
    this.queue = queue;
    this.queueTtlMillis = queueTtl == null ? Long.MAX_VALUE : queueTtl.toMillis();
    this.firstState = firstState;
  }

  DeliveryImpl make(LanePump lane, DeliveryBatch batch, int i) {
    Message message = batch.message(i);
    long attempt = Math.max(1, batch.attempt(i));
    long failures = batch.failures(i);
    long expires = Long.MAX_VALUE;
    Headers headers = message.headers();
    if (!headers.isEmpty()) {
      // What was counted elsewhere, such as in the queue a dead letter comes from, does not matter
      // here.
      if (queue.equals(headers.text(WireHeaders.FAILURES_QUEUE))) {
        long counted = number(headers, WireHeaders.FAILURES, 0);
        failures += counted;
        // A copy was delivered before, also where the system sees it for the first time.
        long before = Math.max(1, number(headers, WireHeaders.ATTEMPTS, 0));
        attempt = Math.max(attempt + before, counted + 1);
        expires = number(headers, WireHeaders.EXPIRES_AT, Long.MAX_VALUE);
      }
    }
    long stored = batch.storedAtMillis(i);
    if (stored > 0) {
      Duration ttl = message.timeToLive();
      long millis = ttl == null ? queueTtlMillis : Math.min(ttl.toMillis(), queueTtlMillis);
      if (millis < Long.MAX_VALUE - stored) {
        expires = Math.min(expires, stored + millis);
      }
    }
    DeliveryImpl d =
        new DeliveryImpl(
            lane,
            batch.token(i),
            message,
            bounded(attempt),
            bounded(failures),
            expires,
            firstState,
            null);
    d.mustMove = batch.attempt(i) >= moveAt;
    return d;
  }

  private static long number(Headers headers, String name, long otherwise) {
    return headers.value(name) instanceof Long n && n >= 0 ? n : otherwise;
  }

  private static int bounded(long n) {
    return (int) Math.min(n, Integer.MAX_VALUE);
  }
}
