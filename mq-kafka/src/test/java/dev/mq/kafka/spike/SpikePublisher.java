package dev.mq.kafka.spike;

import dev.mq.api.ErrorCode;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.kafka.spike.KafkaSpike.Topic;
import dev.mq.spi.ErrorClass;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/** Publishes through one producer. */
final class SpikePublisher implements PublishChannel {
  private final KafkaProducer<byte[], byte[]> producer;

  /** Why the current batch cannot go on; only used by the thread that publishes. */
  private @Nullable Throwable refused;

  SpikePublisher(KafkaSpike session) {
    this.producer = session.producer();
  }

  @Override
  public void publish(PublishBatch batch) {
    refused = null;
    for (int i = 0; i < batch.size(); i++) {
      if (refused == null) {
        send(batch, i);
      } else {
        // Each send would wait for the client's bound again: a batch could take minutes to fail.
        batch.failed(i, refused);
      }
    }
  }

  private void send(PublishBatch batch, int i) {
    Message m = batch.message(i);
    int p = batch.partition(i);
    ProducerRecord<byte[], byte[]> r =
        new ProducerRecord<>(
            ((Topic) batch.target(i)).topic(),
            p == PublishBatch.NO_PARTITION ? null : p,
            null,
            m.bodyUnsafe());
    r.headers().add("mq-id", m.id().getBytes(StandardCharsets.UTF_8));
    Thread caller = Thread.currentThread();
    try {
      producer.send(
          r,
          (stored, error) -> {
            if (error == null) {
              batch.confirmed(i, stored.partition(), stored.offset());
            } else if (Thread.currentThread() == caller) {
              // Still inside send: the record never got as far as the client's buffer.
              refuse(batch, i, notSent(error));
            } else {
              batch.failed(i, error);
            }
          });
    } catch (InterruptException e) {
      refuse(batch, i, new InterruptedException());
    } catch (RuntimeException e) {
      refuse(batch, i, notSent(e));
    }
  }

  private void refuse(PublishBatch batch, int i, Throwable error) {
    refused = error;
    batch.failed(i, error);
  }

  private static MqException notSent(Exception e) {
    boolean tooLarge = e instanceof RecordTooLargeException;
    ErrorCode code = tooLarge ? ErrorCode.TOO_LARGE : ErrorCode.UNAVAILABLE;
    return new MqException(code, true, !tooLarge, "not sent: " + e, e);
  }

  static ErrorClass classify(Throwable e) {
    return e instanceof MqException mq
        ? new ErrorClass(mq.code(), mq.isDefinite(), mq.isRetryable())
        : ErrorClass.unknown();
  }

  @Override
  public void close(Duration timeout) {
    producer.close(timeout);
  }
}
