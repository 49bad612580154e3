package dev.mq.inmemory.internal;

import dev.mq.api.ErrorCode;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.OutcomeUnknownException;
import dev.mq.inmemory.internal.fault.FaultScript.Verdict;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishTarget;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Publishes one by one with what the fault script says. Thread-safe as far as late confirms need
 * it.
 */
final class FaultyPublish {
  private final TimeSource time;
  private final Set<Late> late = ConcurrentHashMap.newKeySet();

  FaultyPublish(TimeSource time) {
    this.time = time;
  }

  /** Publishes one message of a batch. */
  void publish(PublishBatch batch, int index, Verdict verdict, InMemoryPublisher publisher) {
    if (verdict.fail) {
      batch.failed(
          index,
          new MqException(
              ErrorCode.UNAVAILABLE,
              true,
              true,
              what(batch, index) + "failed by a scripted fault",
              null));
      return;
    }
    publisher.publishStraight(new One(batch, index, verdict, true));
    if (verdict.duplicate) {
      publisher.publishStraight(new One(batch, index, verdict, false));
    }
  }

  /** Completes what still waits for its confirm as unknown. */
  void close() {
    late.forEach(Late::lose);
  }

  private static String what(PublishBatch batch, int index) {
    return "publish " + batch.destination(index) + ": ";
  }

  private static MqException lost(PublishBatch batch, int index) {
    return new OutcomeUnknownException(
        what(batch, index) + "the confirm was lost by a scripted fault");
  }

  /** A batch of one message of another batch, whose answer is changed on its way back. */
  private final class One implements PublishBatch {
    private final PublishBatch batch;
    private final int index;
    private final Verdict verdict;
    private final boolean first;

    One(PublishBatch batch, int index, Verdict verdict, boolean first) {
      this.batch = batch;
      this.index = index;
      this.verdict = verdict;
      this.first = first;
    }

    @Override
    public int size() {
      return 1;
    }

    @Override
    public PublishTarget target(int i) {
      return batch.target(index);
    }

    @Override
    public Message message(int i) {
      return batch.message(index);
    }

    @Override
    public String destination(int i) {
      return batch.destination(index);
    }

    @Override
    public int partition(int i) {
      return batch.partition(index);
    }

    @Override
    public void confirmed(int i, int partition, long offset) {
      if (!first) {
        return;
      }
      if (verdict.loseConfirm) {
        batch.failed(index, lost(batch, index));
      } else if (verdict.delay.isZero()) {
        batch.confirmed(index, partition, offset);
      } else {
        new Late(batch, index, partition, offset).start(verdict.delay);
      }
    }

    @Override
    public void confirmedAll() {
      confirmed(0, NO_PARTITION, NO_OFFSET);
    }

    @Override
    public void unroutable(int i) {
      if (first) {
        batch.unroutable(index);
      }
    }

    @Override
    public void failed(int i, Throwable error) {
      if (first) {
        batch.failed(index, error);
      }
    }
  }

  /**
   * A confirm that comes later, unless the publisher is closed first; whoever takes it out of the
   * set answers.
   */
  private final class Late {
    private final PublishBatch batch;
    private final int index;
    private final int partition;
    private final long offset;

    Late(PublishBatch batch, int index, int partition, long offset) {
      this.batch = batch;
      this.index = index;
      this.partition = partition;
      this.offset = offset;
    }

    void start(Duration delay) {
      late.add(this);
      TimeSource.Timer unused = time.schedule(delay, this::confirm);
    }

    private void confirm() {
      if (late.remove(this)) {
        batch.confirmed(index, partition, offset);
      }
    }

    void lose() {
      if (late.remove(this)) {
        batch.failed(index, lost(batch, index));
      }
    }
  }
}
