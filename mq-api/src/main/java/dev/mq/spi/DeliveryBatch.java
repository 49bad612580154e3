package dev.mq.spi;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Message;
import org.jspecify.annotations.Nullable;

/**
 * Deliveries a lane hands out, in columns so that none costs an object. Owned by the runtime. Not
 * thread-safe.
 */
public final class DeliveryBatch {
  private final long[] tokens;
  private final @Nullable Message[] messages;
  private final int[] attempts;
  private final int[] failures;
  private final long[] storedAtMillis;
  private int size;
  private int limit;

  /** Creates an empty batch for at most {@code capacity} deliveries. */
  public DeliveryBatch(int capacity) {
    this.tokens = new long[capacity];
    this.messages = new Message[capacity];
    this.attempts = new int[capacity];
    this.failures = new int[capacity];
    this.storedAtMillis = new long[capacity];
    this.limit = capacity;
  }

  /** Returns how many deliveries may still be added. */
  public int room() {
    return limit - size;
  }

  /**
   * Adds a delivery.
   *
   * @param token names it in this lane until it is settled
   * @param attempt how often it was delivered, this time included; 1 means certainly the first time
   *     (A-05)
   * @param failures how many failures the system counted with the message; 0 where it counts none
   * @param storedAtMillis when it was stored, in milliseconds of the epoch, or 0 when not known
   */
  public void add(long token, Message message, int attempt, int failures, long storedAtMillis) {
    int i = size;
    tokens[i] = token;
    messages[i] = message;
    attempts[i] = attempt;
    this.failures[i] = failures;
    this.storedAtMillis[i] = storedAtMillis;
    size = i + 1;
  }

  /** Empties the batch and sets how many may be added, at most the capacity. */
  public void reset(int limit) {
    for (int i = 0; i < size; i++) {
      messages[i] = null;
    }
    size = 0;
    this.limit = Math.min(limit, tokens.length);
  }

  /** Returns how many deliveries it can hold. */
  public int capacity() {
    return tokens.length;
  }

  /** Returns the number of deliveries. */
  public int size() {
    return size;
  }

  /** Returns the token of a delivery. */
  public long token(int i) {
    return tokens[i];
  }

  /** Returns the message of a delivery. */
  public Message message(int i) {
    return requireNonNull(messages[i]);
  }

  /** Returns how often it was delivered. */
  public int attempt(int i) {
    return attempts[i];
  }

  /** Returns how many failures the system counted. */
  public int failures(int i) {
    return failures[i];
  }

  /** Returns when it was stored, or 0. */
  public long storedAtMillis(int i) {
    return storedAtMillis[i];
  }
}
