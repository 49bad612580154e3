package dev.mq.kafka.internal.client;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.common.KafkaException;

/** Waits for answers of the client library, which come within its own timeouts. */
public final class Futures {
  private Futures() {}

  /**
   * Waits for an answer.
   *
   * @throws RuntimeException the failure as the client library made it; {@code INTERRUPTED} when
   *     the thread was interrupted, with its interrupt status kept
   */
  public static <T> T get(Future<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw unwrapped(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MqException(
          ErrorCode.INTERRUPTED, false, true, "interrupted while waiting for the cluster", e);
    }
  }

  private static RuntimeException unwrapped(ExecutionException e) {
    return e.getCause() instanceof RuntimeException r ? r : new KafkaException(e.getCause());
  }
}
