package dev.mq.core.dispatch;

import dev.mq.api.SettleResult;
import dev.mq.spi.SettleBatch;
import dev.mq.spi.SettleOutcome;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Settlements handed to a lane together; goes back to its pump for use again when the last one is
 * answered.
 */
final class SettleRun implements SettleBatch {
  static final int CAPACITY = 256;

  private final LanePump lane;
  private final @Nullable DeliveryImpl[] entries = new DeliveryImpl[CAPACITY];
  private final AtomicInteger unanswered = new AtomicInteger();
  private int size;

  SettleRun(LanePump lane) {
    this.lane = lane;
  }

  boolean add(DeliveryImpl d) {
    entries[size++] = d;
    return size < CAPACITY;
  }

  /** Called before the batch is handed over. */
  void ready() {
    unanswered.set(size);
  }

  @Override
  public int size() {
    return size;
  }

  DeliveryImpl entry(int index) {
    DeliveryImpl d = entries[index];
    if (d == null) {
      throw new IndexOutOfBoundsException(index);
    }
    return d;
  }

  @Override
  public long token(int index) {
    return entry(index).token;
  }

  @Override
  public SettleOutcome outcome(int index) {
    return entry(index).outcome;
  }

  @Override
  public long delayNanos(int index) {
    return entry(index).delayNanos;
  }

  @Override
  public void settled(int index, SettleResult result) {
    lane.answered(entry(index), result);
    if (unanswered.decrementAndGet() == 0) {
      recycle();
    }
  }

  @Override
  public void settledAll(SettleResult result) {
    lane.answered(entries, size, result);
    recycle();
  }

  /** Returns whether no entry was answered since the batch was handed over. */
  boolean isUntouched() {
    return size > 0 && unanswered.get() == size;
  }

  private void recycle() {
    Arrays.fill(entries, 0, size, null);
    size = 0;
    lane.recycle(this);
  }
}
