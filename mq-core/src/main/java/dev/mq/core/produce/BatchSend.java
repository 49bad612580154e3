package dev.mq.core.produce;

import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.OutcomeUnknownException;
import dev.mq.api.Receipt;
import dev.mq.api.SendResult;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishTarget;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A run of messages with one target each, sent as one batch.
 *
 * <p>Invariant: each slot gets its result once. {@code confirmedAll} as the first answer takes the
 * short way and writes no slot.
 */
final class BatchSend extends Tracked implements PublishBatch {
  private static final SendResult ROUTED = SendResult.ok(Receipt.routed());
  private static final int FRESH = 0;
  private static final int BY_SLOT = 1;
  private static final int ALL = 2;

  private final ProducerCore producer;
  private final Message[] messages;
  private final PublishTarget[] targets;
  private final int[] partitions;
  private final AtomicInteger mode = new AtomicInteger(FRESH);
  private final AtomicInteger open = new AtomicInteger();
  private final CountDownLatch done = new CountDownLatch(1);
  private @Nullable AtomicReferenceArray<@Nullable SendResult> results;
  private int size;
  private long bytes;

  BatchSend(ProducerCore producer, int capacity) {
    this.producer = producer;
    this.messages = new Message[capacity];
    this.targets = new PublishTarget[capacity];
    this.partitions = new int[capacity];
  }

  /** Adds a message; before it is handed over. */
  void add(Message message, PublishTarget target, int partition) {
    messages[size] = message;
    targets[size] = target;
    partitions[size] = partition;
    bytes += message.bodyBytes();
    size++;
    open.setPlain(size);
  }

  /** Leaves out what comes after the first {@code count}; before it is handed over. */
  void truncate(int count) {
    while (size > count) {
      size--;
      bytes -= messages[size].bodyBytes();
    }
    open.setPlain(size);
  }

  @Override
  long bytes() {
    return bytes;
  }

  /** Returns the result of a message; after {@link #await}. */
  SendResult result(int index) {
    AtomicReferenceArray<@Nullable SendResult> slots = results;
    SendResult r = mode.get() == ALL || slots == null ? null : slots.get(index);
    return r == null ? ROUTED : r;
  }

  void await() throws InterruptedException {
    done.await();
  }

  @Override
  boolean isTold() {
    return done.getCount() == 0;
  }

  @Override
  void abandon(String text) {
    for (int i = 0; i < size; i++) {
      settle(i, SendResult.failed(new OutcomeUnknownException(text)));
    }
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public PublishTarget target(int index) {
    return targets[index];
  }

  @Override
  public Message message(int index) {
    return messages[index];
  }

  @Override
  public String destination(int index) {
    return producer.destination();
  }

  @Override
  public int partition(int index) {
    return partitions[index];
  }

  @Override
  public void confirmed(int index, int partition, long offset) {
    settle(
        index,
        partition == NO_PARTITION ? ROUTED : SendResult.ok(Receipt.appended(partition, offset)));
  }

  @Override
  public void confirmedAll() {
    if (mode.compareAndSet(FRESH, ALL)) {
      producer.release(size, bytes);
      tell();
      return;
    }
    for (int i = 0; i < size; i++) {
      settle(i, ROUTED);
    }
  }

  @Override
  public void unroutable(int index) {
    MqException error = producer.unroutable(messages[index]);
    settle(index, error == null ? ROUTED : SendResult.failed(error));
  }

  @Override
  public void failed(int index, Throwable error) {
    if (producer.isGone(targets[index], error)) {
      unroutable(index);
    } else {
      settle(index, SendResult.failed(producer.wrap(error)));
    }
  }

  private void settle(int index, SendResult result) {
    if (!slots().compareAndSet(index, null, result)) {
      return;
    }
    producer.release(1, messages[index].bodyBytes());
    if (open.decrementAndGet() == 0) {
      tell();
    }
  }

  private void tell() {
    done.countDown();
    producer.told();
  }

  private synchronized AtomicReferenceArray<@Nullable SendResult> slots() {
    AtomicReferenceArray<@Nullable SendResult> known = results;
    if (known == null) {
      known = new AtomicReferenceArray<>(size);
      if (!mode.compareAndSet(FRESH, BY_SLOT)) {
        for (int i = 0; i < size; i++) {
          known.set(i, ROUTED); // everything was confirmed at once: no slot is open any more
        }
      }
      results = known;
    }
    return known;
  }
}
