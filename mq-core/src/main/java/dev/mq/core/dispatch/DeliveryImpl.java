package dev.mq.core.dispatch;

import dev.mq.api.Delivery;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.SettleResult;
import dev.mq.api.Settlement;
import dev.mq.core.reply.Replies;
import dev.mq.core.runtime.Nanos;
import dev.mq.spi.SettleOutcome;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One delivery, and at the same time the node of every list it is in, so that a message costs one
 * object.
 *
 * <p>Invariants: {@code state} leaves {@code OPEN} once, and who moved it decides what happens to
 * the message; {@code result} is set once, after that. {@code outcome} and {@code delayNanos}
 * belong to whoever moved the state until the delivery is handed to its lane; {@code heldBefore},
 * {@code heldAfter}, {@code isHeld} and {@code isCounted} are guarded by the lane's held lock.
 */
final class DeliveryImpl implements Delivery {
  /** Not settled. */
  static final long OPEN = 0;

  static final long ACK = 1;

  /**
   * Failed; the wait asked for, plus one, is in the bits above {@link #VERB_BITS}; zero there means
   * the policy's.
   */
  static final long NACK = 2;

  static final long REJECT = 3;
  static final long RELEASE = 4;

  /** The lease ended before any verb. */
  static final long LOST = 5;

  /** Settled on receipt. */
  static final long NONE = 6;

  /** Taken by the runtime itself: expired, over a limit, undecodable. */
  static final long RUNTIME = 7;

  private static final int VERB_BITS = 3;
  private static final long VERB_MASK = (1 << VERB_BITS) - 1;
  private static final VarHandle STATE;
  private static final VarHandle RESULT;
  private static final VarHandle STAGE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      STATE = lookup.findVarHandle(DeliveryImpl.class, "state", long.class);
      RESULT = lookup.findVarHandle(DeliveryImpl.class, "result", SettleResult.class);
      STAGE = lookup.findVarHandle(DeliveryImpl.class, "stage", CompletableFuture.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final LanePump lane;
  final long token;
  private final Message message;
  private final int attempt;
  private final int failures;

  /** When it expires, in milliseconds of the epoch, or {@link Long#MAX_VALUE}. */
  final long expiresAtMillis;

  @SuppressWarnings("UnusedVariable") // by STATE
  private volatile long state;

  private volatile @Nullable SettleResult result;
  private volatile @Nullable CompletableFuture<SettleResult> stage;

  SettleOutcome outcome = SettleOutcome.ACK;
  long delayNanos;

  /** What the broker's SETTLED means for the program when it is not what it asked for. */
  @Nullable SettleResult settledMeans;

  /** The next one on the lane's stack of settlements. */
  @Nullable DeliveryImpl nextPending;

  @Nullable DeliveryImpl heldBefore;
  @Nullable DeliveryImpl heldAfter;
  boolean isHeld;
  boolean isCounted;

  /** The lane's renewal tick at which the lease began. */
  int leaseTick;

  /** When the program got it, on the broker's clock. */
  volatile long handedNanos;

  /** Whether the program got it or is about to; published by what the writer does next. */
  boolean isHanded;

  /** Whether the system would end it soon, for it was delivered too often. */
  boolean mustMove;

  /** Why its body could not be decoded; used by the handler's thread only. */
  @Nullable MqException undecodable;

  /** The key it is ordered by, when it blocks others of that key. */
  @Nullable String orderKey;

  /** Why its key could not be found. */
  @Nullable Throwable keyError;

  /**
   * The first of the deliveries this one is run in place of, which keeps the broker's word for all
   * of them.
   */
  private final @Nullable DeliveryImpl first;

  DeliveryImpl(
      LanePump lane,
      long token,
      Message message,
      int attempt,
      int failures,
      long expiresAtMillis,
      long state,
      @Nullable DeliveryImpl again) {
    this.lane = lane;
    this.token = token;
    this.message = message;
    this.attempt = attempt;
    this.failures = failures;
    this.expiresAtMillis = expiresAtMillis;
    this.first = again == null || again.first == null ? again : again.first;
    if (state != OPEN) {
      STATE.set(this, state);
      this.result = SettleResult.SETTLED;
    }
  }

  /**
   * Returns whether a handler that has just returned did its work: it neither gave the message back
   * nor failed it. A lease lost meanwhile does not undo the work.
   */
  boolean isHandled() {
    long verb = state & VERB_MASK;
    return undecodable == null && (verb == OPEN || verb == ACK || verb == LOST || verb == NONE);
  }

  @Override
  public Message message() {
    return message;
  }

  @Override
  public String queue() {
    return lane.queue();
  }

  @Override
  public int attempt() {
    return attempt;
  }

  @Override
  public int failures() {
    return failures;
  }

  @Override
  public boolean redelivered() {
    return attempt > 1;
  }

  @Override
  public Settlement ack() {
    if (claim(ACK)) {
      lane.submit(this, SettleOutcome.ACK, 0);
      return Settlement.ACCEPTED;
    }
    return refused();
  }

  @Override
  public Settlement nack() {
    if (claim(NACK)) {
      lane.policy().nacked(this, null);
      return Settlement.ACCEPTED;
    }
    return refused();
  }

  @Override
  @SuppressWarnings("DurationToLongTimeUnit") // saturating on purpose
  public Settlement nack(Duration delay) {
    long nanos = delay.isNegative() ? 0 : Nanos.of(delay);
    long bounded = Math.min(nanos, (Long.MAX_VALUE >>> VERB_BITS) - 1);
    if (claim(NACK | (bounded + 1) << VERB_BITS)) {
      lane.policy().nacked(this, null);
      return Settlement.ACCEPTED;
    }
    return refused();
  }

  @Override
  public Settlement reject() {
    if (claim(REJECT)) {
      lane.policy().rejected(this, null);
      return Settlement.ACCEPTED;
    }
    return refused();
  }

  @Override
  public Settlement release() {
    if (claim(RELEASE)) {
      lane.submit(this, SettleOutcome.RELEASE, 0);
      return Settlement.ACCEPTED;
    }
    return refused();
  }

  private Settlement refused() {
    return state() == LOST ? Settlement.LEASE_LOST : Settlement.ALREADY_SETTLED;
  }

  @Override
  public CompletionStage<Boolean> reply(Message reply) {
    return Replies.send(lane.kernel(), message, reply);
  }

  @Override
  public CompletionStage<SettleResult> settled() {
    return future().minimalCompletionStage();
  }

  CompletableFuture<SettleResult> future() {
    if (first != null) {
      return first.future();
    }
    CompletableFuture<SettleResult> f = stage;
    while (f == null) {
      STAGE.compareAndSet(this, null, new CompletableFuture<SettleResult>());
      f = stage;
    }
    SettleResult r = result;
    if (r != null) {
      f.complete(r);
    }
    return f;
  }

  /** Moves the state out of {@code OPEN}; only one caller ever gets true. */
  boolean claim(long to) {
    return state == OPEN && STATE.compareAndSet(this, OPEN, to);
  }

  /** Returns the verb that won, or {@code OPEN}. */
  long state() {
    return state & VERB_MASK;
  }

  /** Returns the wait a {@code NACK} asked for in nanoseconds, or -1 for the policy's. */
  long askedDelayNanos() {
    return (state >>> VERB_BITS) - 1;
  }

  boolean isAnswered() {
    return first != null ? first.isAnswered() : result != null;
  }

  /** Sets the broker's word; the first call wins. */
  void answer(SettleResult word) {
    SettleResult means = word == SettleResult.SETTLED && settledMeans != null ? settledMeans : word;
    if (first != null) {
      first.answer(means);
      return;
    }
    if (!RESULT.compareAndSet(this, null, means)) {
      return;
    }
    CompletableFuture<SettleResult> f = stage;
    if (f != null) {
      lane.completions().execute(() -> f.complete(means));
    }
  }

  @Override
  public String toString() {
    return "Delivery[queue="
        + queue()
        + ", attempt="
        + attempt
        + ", failures="
        + failures
        + ", "
        + message
        + "]";
  }
}
