package dev.mq.core.produce;

import dev.mq.api.ClosedException;
import dev.mq.api.MqException;
import dev.mq.core.runtime.SystemTime;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** The in-flight window: its bounds hold, and nobody waits although there is room (P-08). */
public final class WindowStress {
  private static final SystemTime TIME =
      new SystemTime(
          task -> {
            Thread t = new Thread(task, "stress-timer");
            t.setDaemon(true);
            return t;
          });

  /** Longer than a machine under load needs to wake a thread: who waits so long was not woken. */
  private static final Duration FOR_EVER = Duration.ofSeconds(10);

  private WindowStress() {}

  private static Window window(int messages, long bytes) {
    return new Window("queue:q", messages, bytes, FOR_EVER, TIME);
  }

  /** Two want the only place. */
  @JCStressTest
  @Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "first one has it")
  @Outcome(id = "0, 1, 1", expect = Expect.ACCEPTABLE, desc = "second one has it")
  @Outcome(expect = Expect.FORBIDDEN, desc = "both or none have it")
  @State
  public static class OnePlace {
    private final Window window = window(1, 1000);

    /** Takes. */
    @Actor
    public void first(III_Result r) {
      r.r1 = window.tryAcquire(10) ? 1 : 0;
    }

    /** Takes. */
    @Actor
    public void second(III_Result r) {
      r.r2 = window.tryAcquire(20) ? 1 : 0;
    }

    /** Counts. */
    @Arbiter
    public void count(III_Result r) {
      r.r3 = window.messages();
    }
  }

  /** Two want bytes of which there are enough for one. */
  @JCStressTest
  @Outcome(id = "1, 0, 2", expect = Expect.ACCEPTABLE, desc = "first one has them")
  @Outcome(id = "0, 1, 2", expect = Expect.ACCEPTABLE, desc = "second one has them")
  @Outcome(expect = Expect.FORBIDDEN, desc = "the bound of bytes is passed or given away")
  @State
  public static class BytesForOne {
    private final Window window = window(10, 100);

    /** Puts one in flight. */
    public BytesForOne() {
      window.tryAcquire(30);
    }

    /** Takes. */
    @Actor
    public void first(III_Result r) {
      r.r1 = window.tryAcquire(40) ? 1 : 0;
    }

    /** Takes. */
    @Actor
    public void second(III_Result r) {
      r.r2 = window.tryAcquire(50) ? 1 : 0;
    }

    /** Counts. */
    @Arbiter
    public void count(III_Result r) {
      r.r3 = window.messages();
    }
  }

  /** One waits for the place that the other gives back. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "it got the place")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a lost wake-up, or a wrong count")
  @State
  public static class Waiting {
    private final Window window = window(1, 1000);

    /** Fills the window. */
    public Waiting() {
      window.tryAcquire(10);
    }

    /** Waits for room. */
    @Actor
    public void waiter(II_Result r) {
      try {
        window.acquire(20);
        r.r1 = 1;
      } catch (MqException e) {
        r.r1 = -1;
      }
    }

    /** Gives room back. */
    @Actor
    public void releaser() {
      window.release(1, 10);
    }

    /** Counts. */
    @Arbiter
    public void count(II_Result r) {
      r.r2 = window.messages();
    }
  }

  /** One waits while the producer is closed. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "it was refused")
  @Outcome(expect = Expect.FORBIDDEN, desc = "it waited on, or took what is not there")
  @State
  public static class Closing {
    private final Window window = window(1, 1000);

    /** Fills the window. */
    public Closing() {
      window.tryAcquire(10);
    }

    /** Waits for room. */
    @Actor
    public void waiter(II_Result r) {
      try {
        window.acquire(20);
        r.r1 = -1;
      } catch (ClosedException e) {
        r.r1 = 1;
      } catch (MqException e) {
        r.r1 = -2;
      }
    }

    /** Closes. */
    @Actor
    public void closer() {
      window.close();
    }

    /** Counts. */
    @Arbiter
    public void count(II_Result r) {
      r.r2 = window.messages();
    }
  }
}
