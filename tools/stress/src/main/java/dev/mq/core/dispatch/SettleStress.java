package dev.mq.core.dispatch;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Settle once: of several verbs, and of a verb and a lost lease, one wins and the lane hears of
 * that one.
 */
public final class SettleStress {
  private SettleStress() {}

  /** Acknowledged and failed at the same time. */
  @JCStressTest
  @Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "ack won")
  @Outcome(id = "0, 1, 1", expect = Expect.ACCEPTABLE, desc = "nack won")
  @Outcome(
      expect = Expect.FORBIDDEN,
      desc = "both or none won, or the lane heard of another number")
  @State
  public static class AckAndNack {
    private final StressLane s = new StressLane();

    /** Acknowledges. */
    @Actor
    public void ack(III_Result r) {
      r.r1 = StressLane.accepted(s.delivery.ack());
    }

    /** Fails. */
    @Actor
    public void nack(III_Result r) {
      r.r2 = StressLane.accepted(s.delivery.nack());
    }

    /** Counts. */
    @Arbiter
    public void count(III_Result r) {
      r.r3 = s.settledAtLane();
    }
  }

  /** Acknowledged and given back at the same time. */
  @JCStressTest
  @Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "ack won")
  @Outcome(id = "0, 1, 1", expect = Expect.ACCEPTABLE, desc = "release won")
  @Outcome(
      expect = Expect.FORBIDDEN,
      desc = "both or none won, or the lane heard of another number")
  @State
  public static class AckAndRelease {
    private final StressLane s = new StressLane();

    /** Acknowledges. */
    @Actor
    public void ack(III_Result r) {
      r.r1 = StressLane.accepted(s.delivery.ack());
    }

    /** Gives back. */
    @Actor
    public void release(III_Result r) {
      r.r2 = StressLane.accepted(s.delivery.release());
    }

    /** Counts. */
    @Arbiter
    public void count(III_Result r) {
      r.r3 = s.settledAtLane();
    }
  }

  /** Acknowledged while its lease is lost. */
  @JCStressTest
  @Outcome(
      id = "1, 1",
      expect = Expect.ACCEPTABLE,
      desc = "ack won; the lane knows whether it holds")
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "the loss won; the lane hears nothing")
  @Outcome(
      expect = Expect.FORBIDDEN,
      desc = "accepted and not told, refused and told, or still held")
  @State
  public static class AckAndLoss {
    private final StressLane s = new StressLane();

    /** Acknowledges. */
    @Actor
    public void ack(II_Result r) {
      r.r1 = StressLane.accepted(s.delivery.ack());
    }

    /** Loses the lease. */
    @Actor
    public void lose() {
      s.loseLease();
    }

    /** Counts. */
    @Arbiter
    public void count(II_Result r) {
      r.r2 = s.settledAtLane();
    }
  }
}
