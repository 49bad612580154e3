package dev.mq.api;

/**
 * What went wrong, as a stable code. Codes are only ever added, never renamed or reused, so a
 * program may switch over them.
 *
 * <p>A code says what happened; {@link MqException#isDefinite()} says whether the operation may
 * have had an effect.
 */
public enum ErrorCode {
  /** An argument is outside its documented range. Nothing was done. */
  INVALID_ARGUMENT,
  /** The broker, producer or consumer was closed. Nothing was done. */
  CLOSED,
  /** The exchange, queue, log or group does not exist. Nothing was done. */
  NOT_FOUND,
  /** The message reached no queue. It is stored nowhere. */
  UNROUTABLE,
  /** The message is larger than the backend accepts. It is stored nowhere. */
  TOO_LARGE,
  /** A bounded queue refused the message (overflow {@code REJECT_PUBLISH}). */
  QUEUE_FULL,
  /**
   * Too much is in flight and no room came free within {@code maxBlock}, or the broker takes no
   * messages at the moment. Nothing was sent.
   */
  BACKPRESSURE,
  /**
   * The call would have waited for a completion from inside a completion or handler that blocks it.
   * Nothing was done.
   */
  WOULD_BLOCK,
  /**
   * It is not known whether the operation took effect: no answer came in time or the connection was
   * lost.
   */
  OUTCOME_UNKNOWN,
  /**
   * A message for several queues may be in some of them and not in others. Publish it again with
   * the same id.
   */
  PARTIAL,
  /** A thing of this name exists with other properties. Nothing was changed. */
  CONFLICT,
  /** The backend does not have this capability. Nothing was done. */
  UNSUPPORTED,
  /** The configuration is wrong: unknown key, value of the wrong type or range, contradiction. */
  CONFIG,
  /**
   * No backend, several backends or a backend of another SPI version were found where one was
   * expected.
   */
  BACKEND_SELECTION,
  /** The broker refused the credentials. */
  AUTHENTICATION,
  /** The broker refused the operation for this user. */
  AUTHORIZATION,
  /** The broker cannot be reached now; the operation was not sent. */
  UNAVAILABLE,
  /** A body could not be decoded. */
  DECODE,
  /** A value could not be encoded. Nothing was sent. */
  ENCODE,
  /** The queue is owned by another consumer or connection. */
  OWNED_BY_OTHER,
  /** The group member no longer owns the partition; nothing was committed. */
  FENCED,
  /** A position lies outside of what the log still holds. */
  OUT_OF_RANGE,
  /** The calling thread was interrupted; its interrupt status is kept. */
  INTERRUPTED,
  /**
   * A request has no reply that can be used: its requester was closed, lost its reply queue, or got
   * a reply that cannot be decoded. The request may have been handled.
   */
  REQUEST_FAILED,
  /** No reply came in time. The request may have been handled, and may be yet. */
  REQUEST_TIMEOUT,
  /** The handler ran longer than it may hold a message. */
  MAX_HOLD_EXCEEDED,
  /** The program's handler failed, and its failure policy ends the consumer. */
  HANDLER_FAILED,
  /** The backend reported an error that has no code of its own; see the cause. */
  BACKEND_FAILURE,
  /** A bug in this library. */
  INTERNAL
}
