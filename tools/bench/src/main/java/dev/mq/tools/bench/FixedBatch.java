package dev.mq.tools.bench;

import dev.mq.api.Message;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishTarget;

/** The same messages to one target again and again; counts what was confirmed. Not thread-safe. */
public final class FixedBatch implements PublishBatch {
  private final Message[] messages;
  private final PublishTarget target;
  private final int partition;
  private long confirmed;

  /**
   * Creates a batch.
   *
   * @param partition of a log, or {@link #NO_PARTITION}
   */
  public FixedBatch(Message[] messages, PublishTarget target, int partition) {
    this.messages = messages;
    this.target = target;
    this.partition = partition;
  }

  /** Returns how many messages were confirmed since it was made. */
  public long confirmed() {
    return confirmed;
  }

  @Override
  public int size() {
    return messages.length;
  }

  @Override
  public PublishTarget target(int index) {
    return target;
  }

  @Override
  public Message message(int index) {
    return messages[index];
  }

  @Override
  public int partition(int index) {
    return partition;
  }

  @Override
  public void confirmed(int index, int toPartition, long offset) {
    confirmed++;
  }

  @Override
  public void confirmedAll() {
    confirmed += messages.length;
  }

  @Override
  public void unroutable(int index) {
    throw new IllegalStateException("unroutable");
  }

  @Override
  public void failed(int index, Throwable error) {
    throw new IllegalStateException(error);
  }
}
