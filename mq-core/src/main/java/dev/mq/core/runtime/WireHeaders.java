package dev.mq.core.runtime;

/**
 * Names of the headers the runtime itself puts on messages. Part of the wire form: never renamed.
 */
public final class WireHeaders {
  /** How often the message failed: an integer, on copies made for a retry and on dead letters. */
  public static final String FAILURES = "mq-failures";

  /**
   * The queue whose consumers counted {@link #FAILURES}; elsewhere, such as in a dead-letter queue,
   * the count starts again.
   */
  public static final String FAILURES_QUEUE = "mq-failures-queue";

  /**
   * How often the message was delivered before this copy was made: an integer; counts in {@link
   * #FAILURES_QUEUE} only.
   */
  public static final String ATTEMPTS = "mq-attempts";

  /**
   * When the message expires, in milliseconds of the epoch: an integer, on copies of messages with
   * a time to live; holds in {@link #FAILURES_QUEUE} only.
   */
  public static final String EXPIRES_AT = "mq-expires-at";

  /**
   * Why a message is a dead letter: {@code rejected}, {@code max-attempts}, {@code expired}, {@code
   * delivery-limit} or {@code undecodable}.
   */
  public static final String DEAD_REASON = "mq-dead-reason";

  /** The queue a dead letter comes from. */
  public static final String DEAD_QUEUE = "mq-dead-queue";

  /** Class and message of the last exception of a dead letter's handler, at most 200 characters. */
  public static final String DEAD_ERROR = "mq-dead-error";

  /** The log a dead letter was read from. */
  public static final String DEAD_LOG = "mq-dead-log";

  /** The partition a dead letter was read from: an integer. */
  public static final String DEAD_PARTITION = "mq-dead-partition";

  /** The offset a dead letter was read at: an integer. */
  public static final String DEAD_OFFSET = "mq-dead-offset";

  /** The queue that a message of the delay log goes to. */
  public static final String DELAY_QUEUE = "mq-delay-queue";

  /**
   * When a message of the delay log goes to its queue, in milliseconds of the epoch: an integer.
   */
  public static final String DELAY_UNTIL = "mq-delay-until";

  /**
   * How long a message of the delay log waits, in milliseconds: an integer. It decides the
   * partition.
   */
  public static final String DELAY_MILLIS = "mq-delay-millis";

  private WireHeaders() {}
}
