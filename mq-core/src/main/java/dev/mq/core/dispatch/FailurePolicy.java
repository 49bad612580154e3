package dev.mq.core.dispatch;

import dev.mq.api.BrokerEvent;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Retry;
import dev.mq.api.SettleResult;
import dev.mq.core.runtime.DelayLine;
import dev.mq.core.runtime.Kernel;
import dev.mq.core.runtime.Nanos;
import dev.mq.core.runtime.SystemPublisher;
import dev.mq.spi.SettleOutcome;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what becomes of messages that were not handled, and does it. Thread-safe; nothing here
 * blocks or throws.
 *
 * <p>Invariant: every delivery that comes in was claimed by the caller, and leaves by exactly one
 * {@link LanePump#submit}, or because its lease was lost while it waited.
 *
 * <p>Where the driver counts no failures, a retry is a copy with one more failure, confirmed before
 * the original is settled. It waits in the delay line, where there is one. Else, and when the wait
 * is short, that passes while the message is still leased and fills its place in the prefetch;
 * closing the consumer cuts it short, so that the count is never lost.
 *
 * <p>A message over its delivery limit without a dead-letter queue or drop goes on being delivered,
 * with one event when it crosses the limit.
 */
final class FailurePolicy {
  private static final Logger LOG = LoggerFactory.getLogger(FailurePolicy.class);
  private static final int EVENT_AT = 10;

  /** Shorter waits are not worth a second publish. */
  private static final long SHORT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Kernel kernel;
  private final String name;
  private final String address;
  private final Retry retry;
  private final int maxDeliveries;
  private final boolean nativeRetry;
  private final Delays delays;
  private final AtomicInteger publishFailures = new AtomicInteger();

  FailurePolicy(Kernel kernel, Settings settings, boolean nativeRetry) {
    this.kernel = kernel;
    this.name = settings.name();
    this.address = "queue:" + settings.queue();
    this.retry = settings.retry();
    this.maxDeliveries = settings.maxDeliveries();
    this.nativeRetry = nativeRetry;
    this.delays = new Delays(kernel.time());
  }

  /** Returns whether messages may wait for their retry in the delay line. */
  boolean mayPutOff() {
    return !nativeRetry && !retry.isInPlace() && kernel.delayLine().isOffered();
  }

  Delays delays() {
    return delays;
  }

  /**
   * Takes a nack by the program; one that is retried in place is left to the slot that runs its
   * handler.
   */
  void nacked(DeliveryImpl d, @Nullable Throwable error) {
    if (!retry.isInPlace()) {
      failed(d, error);
    }
  }

  /** Takes a delivery claimed as {@code NACK}: retried, or ended at its limit. */
  void failed(DeliveryImpl d, @Nullable Throwable error) {
    try {
      if (isRejected(error)) {
        end(d, DeadLetterReason.REJECTED, d.failures(), error);
        return;
      }
      int failures = d.failures() + 1;
      if (isLimit(failures)) {
        end(d, DeadLetterReason.MAX_ATTEMPTS, failures, error);
        return;
      }
      note(d, failures, error);
      long asked = d.askedDelayNanos();
      retry(d, failures, asked >= 0 ? asked : Nanos.of(retry.delayAfter(failures)));
    } catch (RuntimeException e) {
      giveBack(d, e);
    }
  }

  /** Takes a delivery claimed as {@code REJECT}. */
  void rejected(DeliveryImpl d, @Nullable Throwable error) {
    end(d, DeadLetterReason.REJECTED, d.failures(), error);
  }

  /** Takes a delivery whose time to live is over. */
  void expired(DeliveryImpl d) {
    end(d, DeadLetterReason.EXPIRED, d.failures(), null);
  }

  /** Takes a delivery that has failed often enough already. */
  void atLimit(DeliveryImpl d) {
    end(d, DeadLetterReason.MAX_ATTEMPTS, d.failures(), null);
  }

  /** Takes a delivery whose body cannot be decoded; it stays when there is nowhere to put it. */
  void undecodable(DeliveryImpl d, MqException error) {
    if (endsUndecodable()) {
      end(d, DeadLetterReason.UNDECODABLE, d.failures(), error);
      return;
    }
    try {
      noteUndecodable(d, error);
      retry(d, d.failures() + 1, Nanos.of(retry.max()));
    } catch (RuntimeException e) {
      giveBack(d, e);
    }
  }

  boolean endsUndecodable() {
    return retry.deadLetter() != null || retry.isDrop();
  }

  void noteUndecodable(DeliveryImpl d, MqException error) {
    if (d.failures() == 0) {
      String text =
          "body of " + what(d) + " cannot be decoded and there is no dead-letter queue; it stays";
      kernel.event(BrokerEvent.Type.KEEPS_FAILING, address, text, error);
    }
  }

  /**
   * Returns whether a delivery is over the limit of a crash loop and has to end; deliveries that
   * failed do not count.
   */
  boolean isOverDeliveries(DeliveryImpl d) {
    int unexplained = d.attempt() - d.failures();
    if (unexplained <= maxDeliveries) {
      return false;
    }
    if (retry.deadLetter() != null || retry.isDrop()) {
      return true;
    }
    if (unexplained == maxDeliveries + 1) {
      String text =
          what(d)
              + " was delivered more than "
              + maxDeliveries
              + " times without an outcome; it stays";
      kernel.event(BrokerEvent.Type.KEEPS_FAILING, address, text, null);
    }
    return false;
  }

  /** Takes a delivery over the limit of a crash loop. */
  void overDeliveries(DeliveryImpl d) {
    end(d, DeadLetterReason.DELIVERY_LIMIT, d.failures(), null);
  }

  /**
   * Moves a message to the tail of its queue by a confirmed copy that counts nothing, before the
   * system's own limit of deliveries ends it. Holds on to it until that worked, for giving it back
   * counts too.
   */
  void move(DeliveryImpl d) {
    publish(
        address,
        () -> Copies.retry(d, d.failures()),
        error -> {
          if (error == null) {
            d.lane.submit(d, SettleOutcome.ACK, 0);
          } else if (delays.isHurried()) {
            d.settledMeans = SettleResult.UNKNOWN;
            d.lane.submit(d, SettleOutcome.RELEASE, 0);
          } else {
            LOG.info("{}: copy of {} was not confirmed, trying again", name, what(d), error);
            delays.after(d, publishBackoff(), () -> move(d), Delays::nothing);
          }
        });
  }

  /** Stops what a delivery waits for, because its lease was lost; returns whether it waited. */
  boolean giveUp(DeliveryImpl d) {
    return delays.cancel(d);
  }

  /**
   * Returns whether an exception means reject: it, or one of its causes, is of a type that says so.
   */
  boolean isRejected(@Nullable Throwable error) {
    if (retry.rejectOn().isEmpty()) {
      return false;
    }
    Throwable t = error;
    for (int depth = 0; t != null && depth < 100; depth++) {
      for (Class<? extends Throwable> type : retry.rejectOn()) {
        if (type.isInstance(t)) {
          return true;
        }
      }
      t = t.getCause();
    }
    return false;
  }

  boolean isLimit(int failures) {
    return retry.maxAttempts() > 0 && failures >= retry.maxAttempts();
  }

  /** Tells of a failure that is not the last one. */
  void note(DeliveryImpl d, int failures, @Nullable Throwable error) {
    LOG.info("{}: {} failed, {} times so far", name, what(d), failures, error);
    if (failures == EVENT_AT && retry.maxAttempts() == 0) {
      String text = what(d) + " failed for the tenth time" + because(error);
      kernel.event(BrokerEvent.Type.KEEPS_FAILING, address, text, asMq(error));
    }
  }

  private void retry(DeliveryImpl d, int failures, long delayNanos) {
    DelayLine line = kernel.delayLine();
    if (nativeRetry) {
      d.lane.submit(d, SettleOutcome.RETRY, delayNanos);
    } else if (delayNanos < SHORT_NANOS
        || !line.isOffered()
        || (delays.isHurried() && !line.isOpen())) {
      waitHere(d, failures, delayNanos);
    } else {
      long began = kernel.time().nanoTime();
      line.whenOpen(
          open -> {
            long left = Math.max(0, delayNanos - (kernel.time().nanoTime() - began));
            if (open) {
              putOff(d, failures, left);
            } else {
              waitHere(d, failures, left);
            }
          });
    }
  }

  private void waitHere(DeliveryImpl d, int failures, long delayNanos) {
    delays.after(d, delayNanos, () -> publishRetry(d, failures), Delays::nothing);
  }

  private void putOff(DeliveryImpl d, int failures, long delayNanos) {
    Duration delay = Duration.ofNanos(delayNanos);
    publish(
        address,
        done -> kernel.delayLine().publish(d.queue(), Copies.retry(d, failures), delay, done),
        error -> retried(d, error));
  }

  private void publishRetry(DeliveryImpl d, int failures) {
    publish(address, () -> Copies.retry(d, failures), error -> retried(d, error));
  }

  private void retried(DeliveryImpl d, @Nullable MqException error) {
    if (error == null) {
      d.lane.submit(d, SettleOutcome.ACK, 0);
    } else {
      LOG.info("{}: copy of {} for its retry was not confirmed", name, what(d), error);
      releaseLater(d);
    }
  }

  private void end(
      DeliveryImpl d, DeadLetterReason reason, int failures, @Nullable Throwable error) {
    try {
      String target = retry.deadLetter();
      if (target != null) {
        deadLetter(d, target, reason, failures, error);
        return;
      }
      if (reason != DeadLetterReason.EXPIRED) {
        String text = what(d) + " was dropped: " + reason.text() + because(error);
        kernel.event(BrokerEvent.Type.DROPPED, address, text, asMq(error));
      }
      d.lane.submit(d, SettleOutcome.ACK, 0);
    } catch (RuntimeException e) {
      giveBack(d, e);
    }
  }

  private void deadLetter(
      DeliveryImpl d,
      String target,
      DeadLetterReason reason,
      int failures,
      @Nullable Throwable error) {
    publish(
        "queue:" + target,
        () -> Copies.deadLetter(d, reason, failures, error),
        failure -> {
          if (failure == null) {
            String text = what(d) + " went to '" + target + "': " + reason.text() + because(error);
            kernel.event(BrokerEvent.Type.DEAD_LETTERED, address, text, asMq(error));
            d.lane.submit(d, SettleOutcome.ACK, 0);
            return;
          }
          String text =
              what(d)
                  + " could not be sent to '"
                  + target
                  + "' ("
                  + reason.text()
                  + "); it comes again";
          kernel.event(BrokerEvent.Type.DEAD_LETTER_FAILED, address, text, failure);
          if (reason == DeadLetterReason.MAX_ATTEMPTS) {
            // Counted, so that the next delivery goes straight to the dead-letter queue.
            d.settledMeans = SettleResult.UNKNOWN;
            retry(d, failures, publishBackoff());
          } else if (!nativeRetry && kernel.delayLine().isOpen()) {
            d.settledMeans = SettleResult.UNKNOWN;
            retry(d, d.failures(), publishBackoff());
          } else {
            releaseLater(d);
          }
        });
  }

  private interface MessageMaker {
    Message make();
  }

  private interface Publishing {
    void start(SystemPublisher.Done done);
  }

  private void publish(String to, MessageMaker maker, SystemPublisher.Done done) {
    publish(to, once -> kernel.systemPublisher().publish(to, maker.make(), once), done);
  }

  private void publish(String to, Publishing publishing, SystemPublisher.Done done) {
    AtomicBoolean told = new AtomicBoolean();
    SystemPublisher.Done once =
        error -> {
          if (told.compareAndSet(false, true)) {
            publishFailures.updateAndGet(n -> error == null ? 0 : Math.min(n + 1, 1000));
            done.done(error);
          }
        };
    try {
      publishing.start(once);
    } catch (RuntimeException e) {
      once.done(kernel.wrap(e, "publish", to));
    }
  }

  private long publishBackoff() {
    return Nanos.of(Retry.defaults().delayAfter(Math.max(1, publishFailures.get())));
  }

  private void releaseLater(DeliveryImpl d) {
    d.settledMeans = SettleResult.UNKNOWN;
    delays.after(
        d, publishBackoff(), () -> d.lane.submit(d, SettleOutcome.RELEASE, 0), Delays::nothing);
  }

  private void giveBack(DeliveryImpl d, RuntimeException e) {
    LOG.error("{}: could not decide on {}, giving it back", name, what(d), e);
    d.settledMeans = SettleResult.UNKNOWN;
    d.lane.submit(d, SettleOutcome.RELEASE, 0);
  }

  private static String what(DeliveryImpl d) {
    return "message " + d.message().id() + " of queue '" + d.queue() + "'";
  }

  private static String because(@Nullable Throwable error) {
    return error == null ? "" : " (" + error.getClass().getName() + ")";
  }

  private static @Nullable MqException asMq(@Nullable Throwable error) {
    return error instanceof MqException mq ? mq : null;
  }
}
