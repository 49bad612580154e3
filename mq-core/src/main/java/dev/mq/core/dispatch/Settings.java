package dev.mq.core.dispatch;

import dev.mq.api.AckMode;
import dev.mq.api.Message;
import dev.mq.api.Retry;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a consumer runs with, after configuration was laid over what the program said.
 *
 * @param executor where handlers run
 * @param ownExecutor whether that executor is the library's, so that a handler may run on another
 *     of its threads
 */
record Settings(
    String queue,
    String name,
    int prefetch,
    int concurrency,
    @Nullable Function<? super Message, @Nullable String> serialBy,
    AckMode ackMode,
    Duration maxHold,
    Retry retry,
    int maxDeliveries,
    Duration closeTimeout,
    Executor executor,
    boolean ownExecutor) {

  /** Returns whether a handler's return settles. */
  boolean onReturn() {
    return ackMode == AckMode.ON_RETURN;
  }

  /** Returns whether deliveries come settled. */
  boolean settledOnReceipt() {
    return ackMode == AckMode.NONE;
  }
}
