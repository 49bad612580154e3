package dev.mq.inmemory.internal;

import dev.mq.api.ErrorCode;
import dev.mq.api.MessageTooLargeException;
import dev.mq.api.MqException;
import dev.mq.inmemory.internal.fault.FaultScript;
import dev.mq.inmemory.internal.log.MemoryLog;
import dev.mq.inmemory.internal.queue.MemoryQueue;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishChannel;
import dev.mq.spi.PublishTarget;
import java.time.Duration;

/**
 * Publishes inline: every message of a batch is completed before the call returns, unless a fault
 * delays it. Neighbours with the same target go in under one lock.
 */
final class InMemoryPublisher implements PublishChannel {
  private final InMemorySession session;
  private final FaultScript faults;
  private final FaultyPublish faulty;
  private volatile boolean closed;

  InMemoryPublisher(InMemorySession session) {
    this.session = session;
    this.faults = session.engine().faults();
    this.faulty = new FaultyPublish(session.engine().time());
  }

  @Override
  public void publish(PublishBatch batch) {
    if (faults.hasSendFaults()) {
      for (int i = 0; i < batch.size(); i++) {
        faulty.publish(batch, i, faults.decide(batch, i), this);
      }
    } else {
      publishStraight(batch);
    }
  }

  /** Publishes without faults. */
  void publishStraight(PublishBatch batch) {
    int size = batch.size();
    int from = 0;
    while (from < size) {
      PublishTarget target = batch.target(from);
      int to = endOfRun(batch, from, target);
      try {
        checkUsable(target);
        publishRun(batch, target, from, to);
      } catch (RuntimeException e) {
        // Nothing of this run was stored: the checks come before the first change.
        for (int i = from; i < to; i++) {
          batch.failed(i, e);
        }
      }
      from = to;
    }
  }

  /**
   * Returns the index after the last neighbour that goes to the same place; a body that is too
   * large is a run of its own.
   */
  private int endOfRun(PublishBatch batch, int from, PublishTarget target) {
    int size = batch.size();
    int partition = batch.partition(from);
    int to = from + 1;
    if (isTooLarge(batch, from)) {
      return to;
    }
    while (to < size
        && batch.target(to) == target
        && batch.partition(to) == partition
        && !isTooLarge(batch, to)) {
      to++;
    }
    return to;
  }

  private boolean isTooLarge(PublishBatch batch, int i) {
    return batch.message(i).bodyBytes() > session.maxBodyBytes();
  }

  private void checkUsable(PublishTarget target) {
    if (closed) {
      throw new MqException(
          ErrorCode.CLOSED, "publish " + target.name() + ": the publisher is closed");
    }
    session.checkOpen("publish");
  }

  private void publishRun(PublishBatch batch, PublishTarget target, int from, int to) {
    if (isTooLarge(batch, from)) {
      throw new MessageTooLargeException(
          "publish "
              + target.name()
              + ": the body has "
              + batch.message(from).bodyBytes()
              + " bytes, at most "
              + session.maxBodyBytes()
              + " are accepted");
    }
    if (target instanceof MemoryQueue queue) {
      publishToQueue(batch, queue, from, to);
    } else if (target instanceof MemoryLog log) {
      int partition = batch.partition(from);
      long first = log.append(partition, batch, from, to);
      for (int i = from; i < to; i++) {
        batch.confirmed(i, partition, first + (i - from));
      }
    } else {
      throw new MqException(
          ErrorCode.INVALID_ARGUMENT, "publish " + target.name() + ": is of another backend");
    }
  }

  private static void publishToQueue(PublishBatch batch, MemoryQueue queue, int from, int to) {
    int stored = queue.append(batch, from, to);
    if (stored == batch.size()) {
      batch.confirmedAll();
      return;
    }
    for (int i = from; i < from + stored; i++) {
      batch.confirmed(i, PublishBatch.NO_PARTITION, PublishBatch.NO_OFFSET);
    }
    for (int i = from + stored; i < to; i++) {
      batch.failed(i, queueFull(queue));
    }
  }

  private static MqException queueFull(MemoryQueue queue) {
    return new MqException(
        ErrorCode.QUEUE_FULL,
        true,
        true,
        "publish queue:"
            + queue.name()
            + ": the queue is full, its maximum length is "
            + queue.spec().maxLength(),
        null);
  }

  @Override
  public void close(Duration timeout) {
    closed = true;
    faulty.close();
  }
}
