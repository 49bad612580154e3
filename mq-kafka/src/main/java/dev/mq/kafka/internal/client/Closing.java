package dev.mq.kafka.internal.client;

import java.time.Duration;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes consumers, on the thread that uses them, and producers of the client library. The library
 * frees everything before it says that something went wrong on the way, such as an answer that a
 * frozen cluster does not give; the cluster then finds out by itself that the client is gone. So
 * nothing is thrown, and an interrupt, for which the library would not wait at all, is kept for
 * later.
 */
public final class Closing {
  /** How long a consumer without a group may take, which leaves nothing behind at the cluster. */
  public static final Duration SHORT = Duration.ofSeconds(2);

  private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

  private Closing() {}

  /** Closes a consumer of a log; one with a group leaves it. */
  public static void close(Consumer<?, ?> consumer, Duration timeout) {
    run(() -> consumer.close(CloseOptions.timeout(timeout)));
  }

  /** Closes a consumer of a queue: the broker gives back what it has unsettled. */
  public static void close(ShareConsumer<?, ?> consumer, Duration timeout) {
    run(() -> consumer.close(timeout));
  }

  /** Closes a producer: what is not confirmed in time fails. */
  public static void close(Producer<?, ?> producer, Duration timeout) {
    run(() -> producer.close(timeout));
  }

  private static void run(Runnable close) {
    boolean interrupted = Thread.interrupted();
    try {
      close.run();
    } catch (KafkaException e) {
      LOG.debug("a client was closed without the cluster's word", e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
