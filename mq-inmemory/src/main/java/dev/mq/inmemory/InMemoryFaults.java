package dev.mq.inmemory;

import static java.util.Objects.requireNonNull;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.inmemory.internal.Engine;
import dev.mq.inmemory.internal.fault.FaultScript;
import dev.mq.inmemory.internal.log.Group;
import dev.mq.inmemory.internal.log.MemoryLog;
import java.time.Duration;

/**
 * Scripts what goes wrong in an engine. Each fault counts from the moment it is added. Thread-safe.
 *
 * <p>A destination is a name or an address such as {@code exchange:orders}; a fault for an exchange
 * meets what programs publish to it, wherever that is routed.
 *
 * <pre>{@code
 * engine.faults(42)
 *     .loseConfirm("orders").onSend(1)
 *     .disconnect("email").afterDeliveries(2).healAfter(Duration.ofSeconds(5));
 * }</pre>
 */
public final class InMemoryFaults {
  private final Engine engine;
  private final FaultScript script;

  InMemoryFaults(Engine engine) {
    this.engine = engine;
    this.script = engine.faults();
  }

  /** Stores a message but tells its publisher that the outcome is unknown (P-03). */
  public OnSend loseConfirm(String destination) {
    requireNonNull(destination, "destination");
    return new OnSend(
        this, (number, probability) -> script.loseConfirm(destination, number, probability));
  }

  /**
   * Does not store a message and tells its publisher so: {@code UNAVAILABLE}, definite, retryable.
   */
  public OnSend failPublish(String destination) {
    requireNonNull(destination, "destination");
    return new OnSend(
        this, (number, probability) -> script.failPublish(destination, number, probability));
  }

  /** Stores a message twice, as a client that retries without need would. */
  public OnSend duplicate(String destination) {
    requireNonNull(destination, "destination");
    return new OnSend(
        this, (number, probability) -> script.duplicate(destination, number, probability));
  }

  /** Stores a message at once but confirms it later by the engine's clock. */
  public OnSend delay(String destination, Duration by) {
    requireNonNull(destination, "destination");
    requireNonNull(by, "by");
    return new OnSend(
        this, (number, probability) -> script.delay(destination, number, probability, by));
  }

  /**
   * Makes every partition of a log move to the next member of a group, or leave and come back where
   * there is only one, when a message is appended.
   */
  public OnSend rebalance(String log, String group) {
    requireNonNull(log, "log");
    requireNonNull(group, "group");
    return new OnSend(
        this,
        (number, probability) ->
            script.rebalance(log, number, probability, () -> shuffle(log, group)));
  }

  private void shuffle(String log, String group) {
    engine.log(log).map(l -> l.group(group)).ifPresent(Group::shuffle);
  }

  /** Makes every partition of a log move now; see {@link #rebalance}. */
  public InMemoryFaults rebalanceNow(String log, String group) {
    MemoryLog l =
        engine
            .log(requireNonNull(log, "log"))
            .orElseThrow(
                () ->
                    new MqException(
                        ErrorCode.NOT_FOUND, "rebalance log:" + log + ": there is no such log"));
    l.group(requireNonNull(group, "group")).shuffle();
    return this;
  }

  /**
   * Cuts the consumers of a queue off: what they have in hand returns to the queue, flagged
   * redelivered, and nothing is delivered until the connection heals. Publishing goes on.
   */
  public AfterDeliveries disconnect(String queue) {
    return new AfterDeliveries(this, requireNonNull(queue, "queue"));
  }

  /**
   * Shows a broker every change of exchanges, queues and bindings that much later, by the engine's
   * clock. A publish of that broker waits for its view and is never routed by the old one.
   */
  public InMemoryFaults lateTopology(String broker, Duration by) {
    script.lateTopology(requireNonNull(broker, "broker"), requireNonNull(by, "by"));
    return this;
  }

  /**
   * Forgets all faults, so that none happens any more; connections that are cut heal as planned.
   */
  public InMemoryFaults clear() {
    script.clear();
    engine.disconnects().clear();
    return this;
  }

  private static long positive(String what, long n) {
    if (n < 1) {
      throw new MqException(ErrorCode.INVALID_ARGUMENT, what + " must be at least 1, is " + n);
    }
    return n;
  }

  /** Adds a fault for the {@code number}th send, or random sends where that is 0. */
  private interface Adder {
    void add(long number, double probability);
  }

  /** Says which send a fault meets. */
  public static final class OnSend {
    private final InMemoryFaults faults;
    private final Adder adder;

    private OnSend(InMemoryFaults faults, Adder adder) {
      this.faults = faults;
      this.adder = adder;
    }

    /** Meets one send, counted from 1. A send that is routed to several queues counts once. */
    public InMemoryFaults onSend(long number) {
      adder.add(positive("number", number), 0);
      return faults;
    }

    /** Meets each send with a probability, more than 0 and at most 1, drawn from the seed. */
    public InMemoryFaults withProbability(double probability) {
      if (!(probability > 0 && probability <= 1)) {
        throw new MqException(
            ErrorCode.INVALID_ARGUMENT,
            "probability must be more than 0 and at most 1, is " + probability);
      }
      adder.add(0, probability);
      return faults;
    }
  }

  /** Says when a connection is cut. */
  public static final class AfterDeliveries {
    private final InMemoryFaults faults;
    private final String queue;

    private AfterDeliveries(InMemoryFaults faults, String queue) {
      this.faults = faults;
      this.queue = queue;
    }

    /**
     * Cuts as soon as that many deliveries, 1 or more, were handed out; the last ones are not
     * settled any more.
     */
    public HealAfter afterDeliveries(long deliveries) {
      return new HealAfter(faults, queue, positive("deliveries", deliveries));
    }
  }

  /** Says when a connection works again. */
  public static final class HealAfter {
    private final InMemoryFaults faults;
    private final String queue;
    private final long deliveries;

    private HealAfter(InMemoryFaults faults, String queue, long deliveries) {
      this.faults = faults;
      this.queue = queue;
      this.deliveries = deliveries;
    }

    /** Heals that long after the cut, by the engine's clock. */
    public InMemoryFaults healAfter(Duration by) {
      faults.engine.disconnects().add(queue, deliveries, requireNonNull(by, "by"));
      return faults;
    }
  }
}
