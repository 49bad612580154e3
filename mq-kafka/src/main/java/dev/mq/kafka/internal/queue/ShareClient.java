package dev.mq.kafka.internal.queue;

import dev.mq.api.SettleResult;
import dev.mq.kafka.internal.client.KafkaClients;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidRecordStateException;

/**
 * A member of a share group, as a lane uses it. By one thread at a time, but for {@link #wakeup}.
 */
final class ShareClient {
  private final KafkaShareConsumer<byte[], byte[]> consumer;
  private final WakeGate gate;
  private final Duration patience;

  /**
   * Joins the group of a queue; without waiting, which a first poll does.
   *
   * @param patience how long a commit waits for the broker's word
   */
  ShareClient(
      KafkaClients clients, String clientId, KafkaQueue queue, int maxRecords, Duration patience) {
    this.consumer = clients.shareConsumer(clientId, queue.topic(), maxRecords);
    this.gate = new WakeGate(consumer);
    this.patience = patience;
    consumer.subscribe(List.of(queue.topic()));
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
                  : Outcome.BROKEN;
        }
      }
      return outcome;
    } catch (KafkaException | IllegalStateException e) {
      return Outcome.BROKEN;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  void wakeup() {
    gate.wakeup();
  }

  /** Leaves the group: the broker gives back what is unsettled, also what no poll has shown. */
  void close(Duration timeout) {
    boolean interrupted = Thread.interrupted();
    try {
      consumer.close(timeout);
    } catch (KafkaException e) {
      // The connection's end has the same effect.
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
