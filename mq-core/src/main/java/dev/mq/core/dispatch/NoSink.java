package dev.mq.core.dispatch;

import java.util.List;

/** Stands in until a consumer has subscribed: nothing arrives before that. */
enum NoSink implements Sink {
  INSTANCE;

  @Override
  public void accept(DeliveryImpl[] deliveries, int count) {
    throw new IllegalStateException("delivery before the consumer began");
  }

  @Override
  public List<DeliveryImpl> takeUnseen() {
    return List.of();
  }

  @Override
  public void resumed() {
    // Nothing waits yet.
  }

  @Override
  public List<DeliveryImpl> stop() {
    return List.of();
  }

  @Override
  public int backlog() {
    return 0;
  }

  @Override
  public boolean awaitIdle(long deadlineNanos) {
    return true;
  }

  @Override
  public boolean isInsideHandler() {
    return false;
  }
}
