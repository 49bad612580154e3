package dev.mq.inmemory.internal.fault;

import dev.mq.inmemory.internal.fault.SendFault.Kind;
import dev.mq.spi.PublishBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The faults of one engine. Thread-safe. While there are none for sends or for the topology, asking
 * costs one volatile read.
 */
public final class FaultScript {
  /** What happens to one send; several faults may meet it. */
  public static final class Verdict {
    /** Whether it fails without being stored. */
    public boolean fail;

    /** Whether it is stored twice. */
    public boolean duplicate;

    /** Whether its confirm is lost. */
    public boolean loseConfirm;

    /** How much later the confirm comes. */
    public Duration delay = Duration.ZERO;
  }

  /** A fault that is not about sends. */
  public static final class Other {
    private final String text;
    private volatile boolean fired;

    private Other(String text) {
      this.text = text;
    }

    /** Tells that the fault has happened. */
    public void fire() {
      fired = true;
    }
  }

  private record LateTopology(String broker, Duration delay, Other fault) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final List<SendFault> sends = new ArrayList<>();
  private final List<Other> others = new ArrayList<>();
  private SplittableRandom random = new SplittableRandom(0);
  private long seed;
  private volatile boolean hasSends;
  private volatile List<LateTopology> late = List.of();

  /** Sets the seed of random choices. */
  public void seed(long newSeed) {
    lock.lock();
    try {
      seed = newSeed;
      random = new SplittableRandom(newSeed);
    } finally {
      lock.unlock();
    }
  }

  /** Loses the confirm of a send: the {@code number}th from now, or random ones where that is 0. */
  public void loseConfirm(String destination, long number, double probability) {
    add(Kind.LOSE_CONFIRM, "loseConfirm", destination, number, probability, Duration.ZERO, null);
  }

  /** Fails a send. */
  public void failPublish(String destination, long number, double probability) {
    add(Kind.FAIL, "failPublish", destination, number, probability, Duration.ZERO, null);
  }

  /** Stores a send twice. */
  public void duplicate(String destination, long number, double probability) {
    add(Kind.DUPLICATE, "duplicate", destination, number, probability, Duration.ZERO, null);
  }

  /** Delays the confirm of a send. */
  public void delay(String destination, long number, double probability, Duration by) {
    add(Kind.DELAY_CONFIRM, "delay", destination, number, probability, by, null);
  }

  /** Runs an action at a send. */
  public void rebalance(String log, long number, double probability, Runnable action) {
    add(Kind.REBALANCE, "rebalance", log, number, probability, Duration.ZERO, action);
  }

  private void add(
      Kind kind,
      String what,
      String destination,
      long number,
      double probability,
      Duration delay,
      @Nullable Runnable action) {
    String when = number > 0 ? "onSend(" + number + ")" : "withProbability(" + probability + ")";
    lock.lock();
    try {
      sends.add(
          new SendFault(
              kind,
              destination,
              what + "(\"" + destination + "\")." + when,
              number,
              probability,
              delay,
              action));
      hasSends = true;
    } finally {
      lock.unlock();
    }
  }

  /** Adds a fault that fires elsewhere. */
  public Other other(String text) {
    Other o = new Other(text);
    lock.lock();
    try {
      others.add(o);
    } finally {
      lock.unlock();
    }
    return o;
  }

  /** Shows a broker the topology late. */
  public void lateTopology(String broker, Duration delay) {
    Other o = other("lateTopology(\"" + broker + "\", " + delay + ")");
    lock.lock();
    try {
      List<LateTopology> more = new ArrayList<>(late);
      more.add(new LateTopology(broker, delay, o));
      late = List.copyOf(more);
    } finally {
      lock.unlock();
    }
  }

  /** Returns how late a broker sees a command. */
  public Duration topologyDelay(String broker) {
    Duration longest = Duration.ZERO;
    for (LateTopology l : late) {
      if (l.broker.equals(broker)) {
        longest = longest.compareTo(l.delay) > 0 ? longest : l.delay;
      }
    }
    return longest;
  }

  /** Tells that a broker did see a command late. */
  public void topologyWasLate(String broker) {
    late.stream().filter(l -> l.broker.equals(broker)).forEach(l -> l.fault.fire());
  }

  /** Returns whether {@link #decide} may have something to say. */
  public boolean hasSendFaults() {
    return hasSends;
  }

  /** Decides what happens to a message of a batch. */
  public Verdict decide(PublishBatch batch, int index) {
    Verdict v = new Verdict();
    lock.lock();
    try {
      for (SendFault f : sends) {
        if (f.hits(batch, index, random)) {
          switch (f.kind) {
            case FAIL -> v.fail = true;
            case DUPLICATE -> v.duplicate = true;
            case LOSE_CONFIRM -> v.loseConfirm = true;
            case DELAY_CONFIRM -> v.delay = f.delay;
            case REBALANCE -> {}
          }
        }
      }
    } finally {
      lock.unlock();
    }
    return v;
  }

  /** Returns the faults that have not happened, for people; empty when all have. */
  public String unfired() {
    List<String> left = new ArrayList<>();
    lock.lock();
    try {
      sends.stream().filter(f -> !f.fired()).forEach(f -> left.add(f.toString()));
      others.stream().filter(o -> !o.fired).forEach(o -> left.add(o.text));
      return left.isEmpty()
          ? ""
          : "faults that did not happen (seed " + seed + "): " + String.join(", ", left);
    } finally {
      lock.unlock();
    }
  }

  /** Forgets all faults for sends and for the topology, and who has not happened. */
  public void clear() {
    lock.lock();
    try {
      sends.clear();
      others.clear();
      hasSends = false;
      late = List.of();
    } finally {
      lock.unlock();
    }
  }
}
