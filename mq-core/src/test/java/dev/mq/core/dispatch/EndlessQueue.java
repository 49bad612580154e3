package dev.mq.core.dispatch;

import dev.mq.api.Message;
import dev.mq.api.SettleResult;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.Lane;
import dev.mq.spi.QueueSubscription;
import dev.mq.spi.SettleBatch;
import java.util.List;

/**
 * A subscription that never runs out of one message and costs next to nothing, to see what the
 * runtime itself costs.
 */
final class EndlessQueue implements QueueSubscription, Lane {
  private final Message message = Message.builder().id("m").body("x").build();
  private final int quota;
  private long token;
  private volatile boolean closed;

  EndlessQueue(int quota) {
    this.quota = quota;
  }

  @Override
  public List<? extends Lane> lanes() {
    return List.of(this);
  }

  @Override
  public int receive(DeliveryBatch batch, long maxWaitNanos) {
    int n = 0;
    while (!closed && batch.room() > 0) {
      batch.add(++token, message, 1, 0, 1);
      n++;
    }
    return n;
  }

  @Override
  public void settle(SettleBatch batch) {
    batch.settledAll(SettleResult.SETTLED);
  }

  @Override
  public int quota() {
    return quota;
  }

  @Override
  public void wakeup() {
    // Receiving never waits.
  }

  @Override
  public void close() {
    closed = true;
  }
}
