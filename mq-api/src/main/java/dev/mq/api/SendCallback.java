package dev.mq.api;

import org.jspecify.annotations.Nullable;

/** Told once how a message came out; the form of send that makes no future. */
@FunctionalInterface
public interface SendCallback {
  /**
   * Called exactly once per message (P-04), never on a thread of a client library and never two at
   * a time for one producer (P-07). It may block, but calls in it that would wait for another
   * completion fail with {@link ErrorCode#WOULD_BLOCK}.
   *
   * @param receipt the confirmation, or null when it failed
   * @param failure the error, or null when it was confirmed
   */
  void completed(@Nullable Receipt receipt, @Nullable MqException failure);
}
