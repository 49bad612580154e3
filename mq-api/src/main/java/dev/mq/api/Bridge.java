package dev.mq.api;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Moves messages from a log or a queue to any destination, of the same broker or another one.
 * Thread-safe. Closed by whoever started it, before both brokers. Implemented by the library only.
 *
 * <p>A message is settled or committed at its source only after the destination confirmed it, so
 * nothing is lost; what was in flight when a bridge died comes again with the same id (W-01). Id,
 * key, routing key, headers and body are kept; bodies are not decoded. The library's own headers
 * stay behind.
 *
 * <p>Messages of one partition, or of a queue with concurrency 1, are sent in their order. After a
 * send that failed or whose outcome is unknown, that message and those behind it in its batch are
 * sent again, in order, after a backoff, for as long as it takes (W-02); {@link BridgeBuilder#batch
 * batch(1)} never has a later message stored before an earlier one that failed.
 *
 * <pre>{@code
 * Bridge bridge = Bridge.from(events.log("orders").group("fulfilment")).to(work.exchange("tasks")).start();
 * }</pre>
 */
public interface Bridge extends AutoCloseable {
  /**
   * Returns a builder of a bridge that is a member of a log group. The group builder may have a
   * name, a start and a concurrency; batch size, commit mode and failure policy are the bridge's.
   */
  static BridgeBuilder from(GroupBuilder<byte[]> source) {
    return Brokers.factory().bridge(requireNonNull(source, "source"));
  }

  /**
   * Returns a builder of a bridge that consumes a queue. The consumer builder may have a name, a
   * prefetch and a concurrency; settlement and retry are the bridge's.
   */
  static BridgeBuilder from(ConsumerBuilder<byte[]> source) {
    return Brokers.factory().bridge(requireNonNull(source, "source"));
  }

  /** Returns the running consumer of the source: to pause, to resume, to flush. */
  Consumer source();

  /** Returns where it publishes. */
  Destination destination();

  /** Returns how many messages the destination has confirmed. */
  long moved();

  /**
   * Returns a stage that completes normally when the bridge was closed, and exceptionally with a
   * {@link MqException} when it ended by itself: a message that can never be published, a source
   * that was deleted.
   */
  CompletionStage<Void> terminated();

  /** Closes with a timeout of 30 seconds. Idempotent. */
  @Override
  void close();

  /**
   * Stops taking messages, lets those in flight be confirmed and settled, and closes.
   *
   * @return whether all were in time
   */
  boolean close(Duration timeout);
}
