package dev.mq.api;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something an operator should know.
 *
 * @param type what happened
 * @param at when, on the broker's clock
 * @param broker the name of the {@link Broker}
 * @param address the destination concerned, or null
 * @param text for people; never a secret, a body or a header value
 * @param error the error behind it, or null
 */
public record BrokerEvent(
    Type type,
    Instant at,
    String broker,
    @Nullable String address,
    String text,
    @Nullable MqException error) {
  /** Checks for nulls. */
  public BrokerEvent {
    requireNonNull(type, "type");
    requireNonNull(at, "at");
    requireNonNull(broker, "broker");
    requireNonNull(text, "text");
  }

  /** What happened. Only ever added to. */
  public enum Type {
    /** The connection was lost; one event per loss (V-03). */
    CONNECTION_LOST,
    /** The connection works again; one event per recovery. */
    CONNECTION_RECOVERED,
    /** A message failed for the tenth time without a limit. */
    KEEPS_FAILING,
    /** A message was dead-lettered. */
    DEAD_LETTERED,
    /** A dead letter could not be published; the message comes again. */
    DEAD_LETTER_FAILED,
    /** A message was dropped as its policy says. */
    DROPPED,
    /** A handler ran longer than it may hold a message and was interrupted. */
    MAX_HOLD_EXCEEDED,
    /** A lease was lost while a handler ran. */
    LEASE_LOST,
    /** A consumer ended by itself. */
    CONSUMER_ENDED,
    /** A callback of the program threw. */
    CALLBACK_FAILED,
    /** A group commit failed or got no answer. */
    COMMIT_FAILED
  }
}
