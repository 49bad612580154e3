package dev.mq.kafka.internal.queue;

import dev.mq.api.SettleResult;
import dev.mq.kafka.internal.client.Closing;
import dev.mq.kafka.internal.client.KafkaClients;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member of a share group, as a lane uses it. By one thread at a time, but for {@link #wakeup}.
 */
final class ShareClient {
  private static final Logger LOG = LoggerFactory.getLogger(ShareClient.class);

  private final String topic;
  private final ShareConsumer<byte[], byte[]> consumer;
  private final WakeGate gate;
  private final Duration patience;

  /**
   * Joins the group of a queue; without waiting, which a first poll does.
   *
   * @param patience how long a commit waits for the broker's word
   */
  ShareClient(
      KafkaClients clients, String clientId, KafkaQueue queue, int maxRecords, Duration patience) {
    this(clients.shareConsumer(clientId, queue.topic(), maxRecords), queue.topic(), patience);
  }

  ShareClient(ShareConsumer<byte[], byte[]> consumer, String topic, Duration patience) {
    this.topic = topic;
    this.consumer = consumer;
    this.gate = new WakeGate(consumer);
    this.patience = patience;
    try {
      consumer.subscribe(List.of(topic));
    } catch (RuntimeException e) {
      close(Closing.SHORT);
      throw e;
    }
  }

  /** What a commit came to. */
  enum Outcome {
    DONE(SettleResult.SETTLED),
    /** The leases were over; the client goes on. */
    TOO_LATE(SettleResult.LEASE_LOST),
    /** No word, or the connection was lost: whatever this client holds is in doubt. */
    BROKEN(SettleResult.UNKNOWN);

    private final SettleResult result;

    Outcome(SettleResult result) {
      this.result = result;
    }

    SettleResult result() {
      return result;
    }
  }

  ConsumerRecords<byte[], byte[]> poll(Duration wait) {
    return gate.poll(wait);
  }

  /**
   * Renews records, which are all that this client holds, and gives them back to be settled: the
   * client takes no other acknowledgement of a renewed record before a poll has returned it.
   *
   * @param limitNanos until when, on the broker's clock
   * @return false when the broker did not confirm it, or not in time
   */
  boolean renew(HeldRecords held, TimeSource time, long limitNanos) {
    held.forEach(r -> acknowledge(r, AcknowledgeType.RENEW));
    if (gate.hasLeft()) {
      gate.takeWakeup();
    }
    if (commit() != Outcome.DONE) {
      return false;
    }
    int back = 0;
    while (back < held.count()) {
      if (time.nanoTime() - limitNanos > 0) {
        return false;
      }
      back += gate.pollNow().count();
    }
    return true;
  }

  /** Returns whether a wakeup would swallow the answer of the next commit, but for a renewal's. */
  boolean isWakeupLeft() {
    return gate.hasLeft();
  }

  void acknowledge(ConsumerRecord<byte[], byte[]> record, AcknowledgeType type) {
    consumer.acknowledge(record, type);
  }

  /**
   * Waits for the broker's word on everything acknowledged: one for all, since the broker refuses
   * or takes what it gets at a time for a partition.
   */
  Outcome commit() {
    // The client would refuse to wait; the pump's own thread has no reason to be interrupted.
    boolean interrupted = Thread.interrupted();
    try {
      Outcome outcome = Outcome.DONE;
      for (Optional<KafkaException> error : consumer.commitSync(patience).values()) {
        if (error.isPresent()) {
          outcome =
              error.get() instanceof InvalidRecordStateException
                  ? Outcome.TOO_LATE
                  : broken(error.get());
        }
      }
      return outcome;
    } catch (KafkaException | IllegalStateException e) {
      return broken(e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Outcome broken(RuntimeException e) {
    LOG.info("{}: no word on what was settled: {}", topic, e.toString());
    return Outcome.BROKEN;
  }

  void wakeup() {
    gate.wakeup();
  }

  /** Leaves the group: the broker gives back what is unsettled, also what no poll has shown. */
  void close(Duration timeout) {
    Closing.close(consumer, timeout);
  }
}
