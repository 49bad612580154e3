package dev.mq.core.dispatch;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Delivery;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.Receiver;
import dev.mq.api.SettleResult;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A consumer to pull from. Its timeouts run in real time, for it is a thread of the program that
 * waits. Thread-safe.
 */
final class QueueReceiver implements Receiver {
  private final QueueConsumer consumer;
  private final PullQueue queue;

  QueueReceiver(QueueConsumer consumer, PullQueue queue) {
    this.consumer = consumer;
    this.queue = queue;
  }

  @Override
  public @Nullable Delivery receive(Duration timeout) {
    List<Delivery> one = queue.pull(1, requireNonNull(timeout, "timeout"));
    return one.isEmpty() ? null : one.get(0);
  }

  @Override
  public List<Delivery> receiveBatch(int max, Duration timeout) {
    if (max < 1) {
      throw new MqException(ErrorCode.INVALID_ARGUMENT, "max must be at least 1, is " + max);
    }
    return queue.pull(max, requireNonNull(timeout, "timeout"));
  }

  @Override
  public String name() {
    return consumer.name();
  }

  @Override
  public String address() {
    return consumer.address();
  }

  @Override
  public void pause() {
    consumer.pause();
  }

  @Override
  public void resume() {
    consumer.resume();
  }

  @Override
  public boolean isPaused() {
    return consumer.isPaused();
  }

  @Override
  public CompletionStage<SettleResult> flush() {
    return consumer.flush();
  }

  @Override
  public CompletionStage<Void> terminated() {
    return consumer.terminated();
  }

  @Override
  public void close() {
    consumer.close();
  }

  @Override
  public boolean close(Duration timeout) {
    return consumer.close(timeout);
  }
}
