package dev.mq.inmemory.tck;

import dev.mq.api.Message;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishTarget;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A batch that is not what the runtime handed over. Entry {@code i} stands for message {@code
 * sources[i]} underneath; what becomes of it is told there.
 */
final class ChangedBatch implements PublishBatch {
  private final PublishBatch batch;
  private final int[] sources;
  private final int redirected;
  private final @Nullable PublishTarget other;
  private final UnaryOperator<Message> change;

  private ChangedBatch(
      PublishBatch batch,
      int[] sources,
      int redirected,
      @Nullable PublishTarget other,
      UnaryOperator<Message> change) {
    this.batch = batch;
    this.sources = sources;
    this.redirected = redirected;
    this.other = other;
    this.change = change;
  }

  static PublishBatch without(PublishBatch batch, int index) {
    return of(batch, IntStream.range(0, batch.size()).filter(i -> i != index).toArray());
  }

  static PublishBatch twice(PublishBatch batch, int index) {
    return of(
        batch, IntStream.concat(IntStream.range(0, batch.size()), IntStream.of(index)).toArray());
  }

  static PublishBatch redirected(PublishBatch batch, int index, PublishTarget other) {
    return new ChangedBatch(
        batch, IntStream.range(0, batch.size()).toArray(), index, other, m -> m);
  }

  static PublishBatch mapped(PublishBatch batch, UnaryOperator<Message> change) {
    return new ChangedBatch(batch, IntStream.range(0, batch.size()).toArray(), -1, null, change);
  }

  private static PublishBatch of(PublishBatch batch, int[] sources) {
    return new ChangedBatch(batch, sources, -1, null, m -> m);
  }

  @Override
  public int size() {
    return sources.length;
  }

  @Override
  public PublishTarget target(int index) {
    return other != null && index == redirected ? other : batch.target(sources[index]);
  }

  @Override
  public Message message(int index) {
    return change.apply(batch.message(sources[index]));
  }

  @Override
  public String destination(int index) {
    return batch.destination(sources[index]);
  }

  @Override
  public int partition(int index) {
    return batch.partition(sources[index]);
  }

  @Override
  public void confirmed(int index, int partition, long offset) {
    batch.confirmed(sources[index], partition, offset);
  }

  @Override
  public void confirmedAll() {
    for (int source : sources) {
      batch.confirmed(source, batch.partition(source), NO_OFFSET);
    }
  }

  @Override
  public void unroutable(int index) {
    batch.unroutable(sources[index]);
  }

  @Override
  public void failed(int index, Throwable error) {
    batch.failed(sources[index], error);
  }
}
