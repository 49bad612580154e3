package dev.mq.api;

/**
 * The broker's word on a settlement. Only {@link #SETTLED} promises that the message does not come
 * again.
 */
public enum SettleResult {
  /** The broker took it. */
  SETTLED,
  /** The lease had ended; the message is or will be delivered again. */
  LEASE_LOST,
  /** No answer: connection lost or closed. The message may come again. */
  UNKNOWN
}
