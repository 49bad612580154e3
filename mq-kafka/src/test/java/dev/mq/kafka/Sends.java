package dev.mq.kafka;

import dev.mq.api.Message;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishChannel;
import dev.mq.spi.PublishTarget;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Messages with numbered texts on their way to one target, and what became of each. */
final class Sends implements PublishBatch {
  final long[] offsets;
  final @Nullable Throwable[] errors;
  final AtomicInteger completions = new AtomicInteger();
  private final PublishTarget target;
  private final List<Message> messages;
  private final CountDownLatch open;

  Sends(PublishTarget target, List<Message> messages) {
    this.target = target;
    this.messages = messages;
    this.offsets = new long[messages.size()];
    this.errors = new Throwable[messages.size()];
    this.open = new CountDownLatch(messages.size());
    Arrays.fill(offsets, NO_OFFSET);
  }

  static Sends publish(PublishChannel channel, PublishTarget to, String prefix, int count) {
    Sends sends =
        new Sends(to, IntStream.range(0, count).mapToObj(i -> message(prefix + i)).toList());
    channel.publish(sends);
    return sends;
  }

  private static Message message(String text) {
    return Message.builder().id(text).body(text).build();
  }

  Sends await() throws InterruptedException {
    if (!open.await(60, TimeUnit.SECONDS)) {
      throw new AssertionError(open.getCount() + " sends never completed");
    }
    return this;
  }

  List<@Nullable Throwable> failures() {
    return Arrays.stream(errors).filter(e -> e != null).toList();
  }

  @Override
  public int size() {
    return messages.size();
  }

  @Override
  public PublishTarget target(int index) {
    return target;
  }

  @Override
  public Message message(int index) {
    return messages.get(index);
  }

  @Override
  public int partition(int index) {
    return NO_PARTITION;
  }

  @Override
  public void confirmed(int index, int partition, long offset) {
    offsets[index] = offset;
    complete();
  }

  @Override
  public void confirmedAll() {
    throw new AssertionError("a confirmation has an offset here");
  }

  @Override
  public void unroutable(int index) {
    throw new AssertionError("no native exchange");
  }

  @Override
  public void failed(int index, Throwable error) {
    errors[index] = error;
    complete();
  }

  private void complete() {
    completions.incrementAndGet();
    open.countDown();
  }
}
