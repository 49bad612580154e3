package dev.mq.rabbit.internal.stream;

import com.rabbitmq.stream.ConfirmationHandler;
import com.rabbitmq.stream.ConfirmationStatus;
import com.rabbitmq.stream.Constants;
import com.rabbitmq.stream.Environment;
import com.rabbitmq.stream.Producer;
import com.rabbitmq.stream.Resource;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.rabbit.internal.connect.RabbitErrors;
import dev.mq.spi.PublishBatch;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A producer of one stream for the life of its connection. When that is lost everything open is
 * answered as unknown and this object takes nothing more: a successor is made only after {@link
 * #close}, so that nothing held back here can be stored behind what the successor sends.
 *
 * <p>Invariant: what is open is linked, in the order sent; unlinking it under the lock decides who
 * answers it.
 */
final class PartitionProducer {
  private static final Logger LOG = LoggerFactory.getLogger(PartitionProducer.class);
  private static final int WINDOW = 10_000;
  private static final int BATCH = 500;

  private final String stream;
  private final ReentrantLock lock = new ReentrantLock();
  private final Open ends = new Open(null, 0);
  private final Producer producer;
  private boolean dead;

  /** Connects; throws what {@link StreamClient#failed} knows. */
  PartitionProducer(Environment environment, String stream, Duration blockedTimeout) {
    this.stream = stream;
    this.producer =
        environment.producerBuilder().stream(stream)
            .batchSize(BATCH)
            .maxUnconfirmedMessages(WINDOW)
            .enqueueTimeout(blockedTimeout.isZero() ? Duration.ofMillis(1) : blockedTimeout)
            .confirmTimeout(Duration.ofSeconds(30))
            .retryOnRecovery(false)
            .listeners(this::changed)
            .build();
  }

  /** A message that is not answered yet. */
  private final class Open implements ConfirmationHandler {
    final @Nullable PublishBatch batch;
    final int index;
    @Nullable Open before;
    @Nullable Open after;

    /**
     * Whether the client was called with it and has returned; before that a refusal is definite.
     */
    volatile boolean sent;

    Open(@Nullable PublishBatch batch, int index) {
      this.batch = batch;
      this.index = index;
    }

    @Override
    public void handle(ConfirmationStatus status) {
      PublishBatch b = batch;
      if (b == null || !unlink(this)) {
        return;
      }
      if (status.isConfirmed()) {
        b.confirmed(index, b.partition(index), PublishBatch.NO_OFFSET);
      } else {
        b.failed(index, refused(status.getCode(), sent));
      }
    }
  }

  boolean isUsable() {
    lock.lock();
    try {
      return !dead;
    } finally {
      lock.unlock();
    }
  }

  /** Sends; answers the message in any case. */
  void append(PublishBatch batch, int index) throws InterruptedException {
    com.rabbitmq.stream.Message m =
        RecordWire.encode(producer.messageBuilder(), batch.message(index));
    Open open = new Open(batch, index);
    link(open);
    try {
      producer.send(m, open);
      open.sent = true;
    } catch (RuntimeException e) {
      if (Thread.interrupted()) {
        if (unlink(open)) {
          throw new InterruptedException();
        }
        Thread.currentThread().interrupt();
      } else if (unlink(open)) {
        batch.failed(index, new MqException(ErrorCode.TOO_LARGE, "append to " + stream, e));
      }
    }
  }

  private MqException refused(short code, boolean sent) {
    String what = "append to " + stream + ": ";
    if (code == Constants.RESPONSE_CODE_ACCESS_REFUSED) {
      return new MqException(ErrorCode.AUTHORIZATION, what + "access refused");
    }
    if (!sent && code == Constants.CODE_MESSAGE_ENQUEUEING_FAILED) {
      return new MqException(
          ErrorCode.BACKPRESSURE, true, true, what + WINDOW + " records are not confirmed", null);
    }
    boolean never =
        code == Constants.CODE_PRODUCER_NOT_AVAILABLE || code == Constants.CODE_PRODUCER_CLOSED;
    return !sent && never
        ? RabbitErrors.down(what + "not connected", null)
        : RabbitErrors.unknown(what + "not confirmed, code " + code, null);
  }

  private void changed(Resource.Context context) {
    if (context.previousState() == Resource.State.OPEN) {
      end("the connection was lost");
    }
  }

  private void link(Open open) {
    lock.lock();
    try {
      Open last = ends.before;
      open.before = last;
      if (last == null) {
        ends.after = open;
      } else {
        last.after = open;
      }
      ends.before = open;
    } finally {
      lock.unlock();
    }
  }

  private boolean unlink(Open open) {
    lock.lock();
    try {
      Open before = open.before;
      Open after = open.after;
      if (before == null && ends.after != open) {
        return false;
      }
      if (before == null) {
        ends.after = after;
      } else {
        before.after = after;
      }
      if (after == null) {
        ends.before = before;
      } else {
        after.before = before;
      }
      open.before = null;
      open.after = null;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void end(String why) {
    lock.lock();
    try {
      dead = true;
    } finally {
      lock.unlock();
    }
    for (Open open = first(); open != null; open = first()) {
      PublishBatch b = open.batch;
      if (unlink(open) && b != null) {
        b.failed(open.index, RabbitErrors.unknown("append to " + stream + ": " + why, null));
      }
    }
  }

  private @Nullable Open first() {
    lock.lock();
    try {
      return ends.after;
    } finally {
      lock.unlock();
    }
  }

  /** Answers what is open as unknown, and takes nothing more. Does not block. */
  void abandon() {
    end("the producer was closed");
  }

  /** Ends it; nothing it held back is sent after this. */
  void close() {
    abandon();
    try {
      producer.close();
    } catch (RuntimeException e) {
      LOG.debug("closing the producer of stream {}", stream, e);
    } finally {
      abandon();
    }
  }
}
