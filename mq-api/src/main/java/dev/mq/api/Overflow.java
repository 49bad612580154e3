package dev.mq.api;

/** What a queue with a maximum length does when it is full. */
public enum Overflow {
  /** The publish fails with {@link ErrorCode#QUEUE_FULL}; nothing stored is lost. */
  REJECT_PUBLISH,
  /** The oldest waiting message goes. By name only, since it drops what was confirmed. */
  DROP_HEAD
}
