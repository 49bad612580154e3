package dev.mq.kafka.internal.log;

import dev.mq.api.Message;
import dev.mq.spi.BackendLog;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishTarget;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Numbered texts appended to one partition, and what became of each. */
final class Appended implements PublishBatch {
  final List<Message> messages;
  final long[] offsets;
  private final BackendLog log;
  private final int partition;
  private final @Nullable Throwable[] errors;
  private final CountDownLatch open;

  Appended(BackendLog log, int partition, String prefix, int count) {
    this(
        log,
        partition,
        IntStream.range(0, count).mapToObj(i -> LogClient.message(prefix + i)).toList());
  }

  Appended(BackendLog log, int partition, List<Message> messages) {
    int count = messages.size();
    this.log = log;
    this.partition = partition;
    this.messages = messages;
    this.offsets = new long[count];
    this.errors = new Throwable[count];
    this.open = new CountDownLatch(count);
    Arrays.fill(offsets, NO_OFFSET);
  }

  /** Waits until each is answered, and throws when one failed. */
  Appended await() {
    awaitAnswers();
    Arrays.stream(errors)
        .filter(Objects::nonNull)
        .findFirst()
        .ifPresent(
            e -> {
              throw new AssertionError(e);
            });
    return this;
  }

  /** Waits until each is answered. */
  void awaitAnswers() {
    try {
      if (!open.await(60, TimeUnit.SECONDS)) {
        throw new AssertionError(open.getCount() + " appends were never answered");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns what of it was confirmed, at its offsets. */
  List<Seen> confirmed() {
    return IntStream.range(0, size())
        .filter(i -> offsets[i] != NO_OFFSET)
        .mapToObj(i -> new Seen(partition, offsets[i], messages.get(i).id()))
        .toList();
  }

  @Override
  public int size() {
    return messages.size();
  }

  @Override
  public PublishTarget target(int index) {
    return log;
  }

  @Override
  public Message message(int index) {
    return messages.get(index);
  }

  @Override
  public int partition(int index) {
    return partition;
  }

  @Override
  public void confirmed(int index, int partition, long offset) {
    offsets[index] = offset;
    open.countDown();
  }

  @Override
  public void confirmedAll() {
    throw new AssertionError("a log tells offsets");
  }

  @Override
  public void unroutable(int index) {
    throw new AssertionError("a log is no exchange");
  }

  @Override
  public void failed(int index, Throwable error) {
    errors[index] = error;
    open.countDown();
  }
}
