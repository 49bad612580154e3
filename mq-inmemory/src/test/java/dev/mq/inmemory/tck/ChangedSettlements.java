package dev.mq.inmemory.tck;

import dev.mq.api.SettleResult;
import dev.mq.spi.SettleBatch;
import dev.mq.spi.SettleOutcome;

/** Settlements of which one kind is taken for another one; the answers are as if they were not. */
record ChangedSettlements(
    SettleBatch batch, SettleOutcome kind, SettleOutcome becomes, boolean atOnce)
    implements SettleBatch {
  @Override
  public int size() {
    return batch.size();
  }

  @Override
  public long token(int index) {
    return batch.token(index);
  }

  @Override
  public SettleOutcome outcome(int index) {
    SettleOutcome outcome = batch.outcome(index);
    return outcome == kind ? becomes : outcome;
  }

  @Override
  public long delayNanos(int index) {
    return atOnce ? 0 : batch.delayNanos(index);
  }

  @Override
  public void settled(int index, SettleResult result) {
    batch.settled(index, result);
  }

  @Override
  public void settledAll(SettleResult result) {
    batch.settledAll(result);
  }
}
