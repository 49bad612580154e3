package dev.mq.kafka.internal;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.kafka.internal.client.Closing;
import dev.mq.kafka.internal.client.KafkaErrors;
import dev.mq.kafka.internal.client.KafkaTarget;
import dev.mq.kafka.internal.wire.RecordWriter;
import dev.mq.spi.ErrorClass;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishChannel;
import java.time.Duration;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.jspecify.annotations.Nullable;

/**
 * Publishes to queues and logs through a producer of its own: a target that cannot be reached fills
 * no other publisher's buffer, and closing completes what is open.
 *
 * <p>What tells a definite failure from an unknown one is the thread, not the exception: an error
 * on the caller's thread came before the record was in the client's buffer; on the client's thread
 * it came after, when a try may have stored it.
 */
final class KafkaPublisher implements PublishChannel {
  private final Producer<byte[], byte[]> producer;
  private final RecordWriter writer = new RecordWriter();

  /** Why the current batch cannot go on; only used by the thread that publishes. */
  private @Nullable Throwable refused;

  KafkaPublisher(Producer<byte[], byte[]> producer) {
    this.producer = producer;
  }

  @Override
  public void publish(PublishBatch batch) {
    refused = null;
    Thread caller = Thread.currentThread();
    int size = batch.size();
    for (int i = 0; i < size; i++) {
      Throwable earlier = refused;
      if (earlier == null) {
        send(batch, i, caller);
      } else {
        // Each send would wait for the client's bound again: a batch could take minutes to fail.
        batch.failed(i, earlier);
      }
    }
  }

  private void send(PublishBatch batch, int i, Thread caller) {
    try {
      if (!(batch.target(i) instanceof KafkaTarget target)) {
        throw new MqException(
            ErrorCode.INVALID_ARGUMENT,
            "publish " + batch.target(i).name() + ": is of another backend");
      }
      int p = batch.partition(i);
      var unused =
          producer.send(
              writer.write(
                  target.topic(), p == PublishBatch.NO_PARTITION ? null : p, batch.message(i)),
              new Answer(batch, i, caller));
    } catch (InterruptException e) {
      refused = new InterruptedException();
      batch.failed(i, new InterruptedException());
    } catch (RuntimeException e) {
      notSent(batch, i, e);
    }
  }

  /** Fails a message that never got as far as the client's buffer. */
  private void notSent(PublishBatch batch, int i, Exception e) {
    ErrorClass c = KafkaErrors.classify(e);
    MqException error;
    if (e instanceof MqException mq) {
      error = mq;
    } else if (e instanceof IllegalStateException) {
      error = new MqException(ErrorCode.CLOSED, "the publisher is closed", e);
    } else if (c.definite()) {
      error = new MqException(c.code(), true, c.retryable(), "not sent: " + e, e);
    } else {
      error = new MqException(ErrorCode.UNAVAILABLE, true, true, "not sent: " + e, e);
    }
    if (error.code() == ErrorCode.UNAVAILABLE) {
      refused = error;
    }
    batch.failed(i, error);
  }

  /** Gets the client's word on one record. */
  private final class Answer implements Callback {
    private final PublishBatch batch;
    private final int index;
    private final Thread caller;

    Answer(PublishBatch batch, int index, Thread caller) {
      this.batch = batch;
      this.index = index;
      this.caller = caller;
    }

    @Override
    public void onCompletion(RecordMetadata stored, @Nullable Exception error) {
      if (error == null) {
        batch.confirmed(index, stored.partition(), stored.offset());
      } else if (Thread.currentThread() == caller) {
        notSent(batch, index, error);
      } else {
        batch.failed(index, afterwards(error));
      }
    }
  }

  /** Returns what an error means for a record that may have been sent. */
  private Throwable afterwards(Exception error) {
    ErrorClass c = KafkaErrors.classify(error);
    boolean refusedByBroker =
        switch (c.code()) {
          case TOO_LARGE, INVALID_ARGUMENT -> true;
          // Others fail what was sent and what was not alike, and rights may have changed between
          // two tries of which the first was stored.
          case AUTHORIZATION ->
              error instanceof TopicAuthorizationException && !hasSentAgain(producer);
          default -> false;
        };
    return refusedByBroker
        ? new MqException(c.code(), "refused by the broker: " + error, error)
        : new MqException(ErrorCode.OUTCOME_UNKNOWN, false, true, "no answer: " + error, error);
  }

  /** Returns whether the client may ever have sent a record a second time. */
  static boolean hasSentAgain(Producer<?, ?> producer) {
    return producer.metrics().entrySet().stream()
        .filter(m -> m.getKey().name().equals("record-retry-total"))
        .filter(m -> m.getKey().group().equals("producer-metrics"))
        .noneMatch(m -> m.getValue().metricValue() instanceof Double count && count == 0);
  }

  @Override
  public void close(Duration timeout) {
    Closing.close(producer, timeout);
  }
}
