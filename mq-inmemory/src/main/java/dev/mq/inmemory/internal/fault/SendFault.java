package dev.mq.inmemory.internal.fault;

import dev.mq.spi.PublishBatch;
import java.time.Duration;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A fault that meets sends to one destination. Guarded by the lock of its script. */
final class SendFault {
  /** What happens to the send. */
  enum Kind {
    LOSE_CONFIRM,
    FAIL,
    DUPLICATE,
    DELAY_CONFIRM,
    REBALANCE
  }

  final Kind kind;
  final Duration delay;
  private final String destination;
  private final String text;
  private final long number;
  private final double probability;
  private final @Nullable Runnable action;
  private long seen;
  private boolean fired;
  private @Nullable PublishBatch lastBatch;
  private int lastMessage;
  private boolean lastHit;

  /**
   * Creates a fault.
   *
   * @param number which send it meets, counted from 1 on from now, or 0 when {@code probability}
   *     decides
   * @param action what to do in addition, or null
   */
  SendFault(
      Kind kind,
      String destination,
      String text,
      long number,
      double probability,
      Duration delay,
      @Nullable Runnable action) {
    this.kind = kind;
    this.destination = destination;
    this.text = text;
    this.number = number;
    this.probability = probability;
    this.delay = delay;
    this.action = action;
  }

  /**
   * Decides about a message. Copies of one message for several queues are one send and share its
   * fate.
   */
  boolean hits(PublishBatch batch, int index, SplittableRandom random) {
    boolean over = number > 0 && fired && lastBatch != batch;
    if (over || !isFor(batch, index)) {
      return false;
    }
    boolean sameSend = lastBatch == batch && batch.message(lastMessage) == batch.message(index);
    if (!sameSend) {
      seen++;
      lastBatch = batch;
      lastMessage = index;
      lastHit = number > 0 ? seen == number : random.nextDouble() < probability;
      if (lastHit && !fired && action != null) {
        action.run();
      }
      fired |= lastHit;
    }
    return lastHit;
  }

  private boolean isFor(PublishBatch batch, int index) {
    return isNamed(batch.destination(index)) || isNamed(batch.target(index).name());
  }

  private boolean isNamed(String name) {
    if (!destination.endsWith(name)) {
      return false;
    }
    String prefix = destination.substring(0, destination.length() - name.length());
    return prefix.isEmpty() || isKind(prefix);
  }

  private static boolean isKind(String prefix) {
    return prefix.equals("exchange:") || prefix.equals("queue:") || prefix.equals("log:");
  }

  boolean fired() {
    return fired;
  }

  @Override
  public String toString() {
    return text + " (met " + seen + " sends)";
  }
}
