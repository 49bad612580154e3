package dev.mq.rabbit.internal.consume;

import dev.mq.api.SettleResult;
import dev.mq.spi.SettleBatch;
import dev.mq.spi.SettleOutcome;

/** A delivery that nobody has seen is given back; nobody is told. */
final class Unseen implements SettleBatch {
  @Override
  public int size() {
    return 1;
  }

  @Override
  public long token(int index) {
    return 0;
  }

  @Override
  public SettleOutcome outcome(int index) {
    return SettleOutcome.RELEASE;
  }

  @Override
  public long delayNanos(int index) {
    return 0;
  }

  @Override
  public void settled(int index, SettleResult result) {}

  @Override
  public void settledAll(SettleResult result) {}
}
