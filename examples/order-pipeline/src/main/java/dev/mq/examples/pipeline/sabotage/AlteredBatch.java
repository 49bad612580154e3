package dev.mq.examples.pipeline.sabotage;

import dev.mq.api.Message;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishTarget;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A batch with one message missing, there twice, or for somebody else. Entry {@code i} stands for
 * message {@code sources[i]} of the batch underneath; what becomes of it is told there.
 */
final class AlteredBatch implements PublishBatch {
  private final PublishBatch batch;
  private final int[] sources;
  private final int redirected;
  private final @Nullable PublishTarget target;

  private AlteredBatch(
      PublishBatch batch, int[] sources, int redirected, @Nullable PublishTarget target) {
    this.batch = batch;
    this.sources = sources;
    this.redirected = redirected;
    this.target = target;
  }

  static PublishBatch without(PublishBatch batch, int index) {
    return new AlteredBatch(
        batch, IntStream.range(0, batch.size()).filter(i -> i != index).toArray(), -1, null);
  }

  static PublishBatch twice(PublishBatch batch, int index) {
    return new AlteredBatch(
        batch,
        IntStream.concat(IntStream.range(0, batch.size()), IntStream.of(index)).toArray(),
        -1,
        null);
  }

  static PublishBatch redirected(PublishBatch batch, int index, PublishTarget target) {
    return new AlteredBatch(batch, IntStream.range(0, batch.size()).toArray(), index, target);
  }

  @Override
  public int size() {
    return sources.length;
  }

  @Override
  public PublishTarget target(int index) {
    return target != null && index == redirected ? target : batch.target(sources[index]);
  }

  @Override
  public Message message(int index) {
    return batch.message(sources[index]);
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
    batch.confirmedAll();
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
