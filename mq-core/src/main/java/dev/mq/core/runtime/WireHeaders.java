package dev.mq.core.runtime;

/** Names of the headers the runtime sets on messages; all start with the reserved prefix. */
public final class WireHeaders {
  /** How often the message failed, on copies made by the runtime; a long. */
  public static final String FAILURES = "mq-failures";

  /**
   * Why a message was dead-lettered: rejected, max-attempts, expired, delivery-limit or
   * undecodable.
   */
  public static final String DEAD_REASON = "mq-dead-reason";

  /** The queue a dead letter was consumed from. */
  public static final String DEAD_QUEUE = "mq-dead-queue";

  /** The log a dead letter was read from. */
  public static final String DEAD_LOG = "mq-dead-log";

  /** The partition a dead letter was read from; a long. */
  public static final String DEAD_PARTITION = "mq-dead-partition";

  /** The offset a dead letter was read at; a long. */
  public static final String DEAD_OFFSET = "mq-dead-offset";

  /** The type and text of the last failure, cut to 200 characters. */
  public static final String DEAD_ERROR = "mq-dead-error";

  private WireHeaders() {}
}
