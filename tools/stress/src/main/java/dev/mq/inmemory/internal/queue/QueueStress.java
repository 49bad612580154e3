package dev.mq.inmemory.internal.queue;

import dev.mq.spi.SettleOutcome;
import java.util.concurrent.TimeUnit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** The leases of a queue: one message is in one hand, whatever happens at the same time. */
public final class QueueStress {
  private static final long FOR_EVER = TimeUnit.SECONDS.toNanos(10);

  private QueueStress() {}

  /** Two lanes want one message. */
  @JCStressTest
  @Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "first lane has it")
  @Outcome(id = "0, 1, 1", expect = Expect.ACCEPTABLE, desc = "second lane has it")
  @Outcome(expect = Expect.FORBIDDEN, desc = "both or none have it")
  @State
  public static class OneMessage {
    private final StressQueue s = new StressQueue().with(1);

    /** Takes. */
    @Actor
    public void first(III_Result r) {
      r.r1 = StressQueue.take(s.first, 0) >= 0 ? 1 : 0;
    }

    /** Takes. */
    @Actor
    public void second(III_Result r) {
      r.r2 = StressQueue.take(s.second, 0) >= 0 ? 1 : 0;
    }

    /** Counts. */
    @Arbiter
    public void count(III_Result r) {
      r.r3 = s.depth();
    }
  }

  /** A delivery is acknowledged while its subscription closes. */
  @JCStressTest
  @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "settled, and gone")
  @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "lease lost, and back in the queue")
  @Outcome(expect = Expect.FORBIDDEN, desc = "settled and back, or lost and gone")
  @State
  public static class AckAndClose {
    private final StressQueue s = new StressQueue().with(1);
    private final long token = StressQueue.take(s.first, 0);

    /** Acknowledges. */
    @Actor
    public void ack(II_Result r) {
      r.r1 = StressQueue.settle(s.first, token, SettleOutcome.ACK);
    }

    /** Closes. */
    @Actor
    public void close() {
      s.first.close();
    }

    /** Counts. */
    @Arbiter
    public void count(II_Result r) {
      r.r2 = s.depth();
    }
  }

  /** One delivery is acknowledged and released. */
  @JCStressTest
  @Outcome(id = "1, 0, 0", expect = Expect.ACCEPTABLE, desc = "acknowledged, and gone")
  @Outcome(id = "0, 1, 1", expect = Expect.ACCEPTABLE, desc = "released, and back in the queue")
  @Outcome(expect = Expect.FORBIDDEN, desc = "settled twice or not at all")
  @State
  public static class AckAndRelease {
    private final StressQueue s = new StressQueue().with(1);
    private final long token = StressQueue.take(s.first, 0);

    /** Acknowledges. */
    @Actor
    public void ack(III_Result r) {
      r.r1 = StressQueue.settle(s.first, token, SettleOutcome.ACK);
    }

    /** Releases. */
    @Actor
    public void release(III_Result r) {
      r.r2 = StressQueue.settle(s.first, token, SettleOutcome.RELEASE);
    }

    /** Counts. */
    @Arbiter
    public void count(III_Result r) {
      r.r3 = s.depth();
    }
  }

  /** A token is used again after its entry went to another delivery. */
  @JCStressTest
  @Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "the old token settles nothing new")
  @Outcome(expect = Expect.FORBIDDEN, desc = "the old token settled the new delivery")
  @State
  public static class OldToken {
    private final StressQueue s = new StressQueue().with(2);
    private final long old = StressQueue.take(s.first, 0);

    /** Settles the first delivery. */
    public OldToken() {
      StressQueue.settle(s.first, old, SettleOutcome.ACK);
    }

    /** Takes the next message, into the entry of the one before. */
    @Actor
    public void taker(III_Result r) {
      r.r1 = StressQueue.take(s.first, 0) >= 0 ? 1 : 0;
    }

    /** Settles the first delivery once more. */
    @Actor
    public void again(III_Result r) {
      r.r2 = StressQueue.settle(s.first, old, SettleOutcome.ACK);
    }

    /** Counts. */
    @Arbiter
    public void count(III_Result r) {
      r.r3 = s.depth();
    }
  }

  /** A lane waits while a message is published. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "it got the message")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a lost wake-up")
  @State
  public static class Waiting {
    private final StressQueue s = new StressQueue();

    /** Waits. */
    @Actor
    public void waiter(II_Result r) {
      r.r1 = StressQueue.take(s.first, FOR_EVER) >= 0 ? 1 : 0;
    }

    /** Publishes. */
    @Actor
    public void publisher() {
      s.publish();
    }

    /** Counts. */
    @Arbiter
    public void count(II_Result r) {
      r.r2 = s.depth();
    }
  }
}
