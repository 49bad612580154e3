package dev.mq.core.produce;

import dev.mq.api.BackpressureException;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.OutcomeUnknownException;
import dev.mq.api.Receipt;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishTarget;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One message on its way, and what became of it. Also the batch of one that the backend is handed
 * when the message has one target, so that a send costs one object.
 *
 * <p>Invariant: the state leaves OPEN once; whoever moves it gives the window back, tells the
 * sender and says so in the state. Answers that come later are ignored.
 */
abstract class Send extends Tracked implements PublishBatch {
  private static final int OPEN = 0;
  private static final int DONE = 1;
  private static final int TOLD = 2;
  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Send.class, "state", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final ProducerCore producer;
  final Message message;
  private PublishTarget target = NoTarget.INSTANCE;
  private int partition = NO_PARTITION;

  @SuppressWarnings("unused") // through STATE
  private volatile int state = OPEN;

  /** Whether the backend was handed the message: from then on an abandoned send is unknown. */
  private volatile boolean handedOver;

  /** Stands for a target that is not known yet. */
  private enum NoTarget implements PublishTarget {
    INSTANCE
  }

  Send(ProducerCore producer, Message message) {
    this.producer = producer;
    this.message = message;
  }

  /**
   * Tells the sender, on whatever thread knows, and then calls {@link #told}; does not block and
   * does not run user code there.
   */
  abstract void deliver(@Nullable Receipt receipt, @Nullable MqException error);

  /** Sets the one target; before it is handed over. */
  final void target(PublishTarget target, int partition) {
    this.target = target;
    this.partition = partition;
  }

  final void handedOver() {
    handedOver = true;
  }

  final boolean isDone() {
    return state != OPEN;
  }

  @Override
  final boolean isTold() {
    return state == TOLD;
  }

  @Override
  final long bytes() {
    return message.bodyBytes();
  }

  @Override
  final void abandon(String text) {
    complete(
        null,
        handedOver
            ? new OutcomeUnknownException(text)
            : new BackpressureException(text + "; it was not handed to the backend"));
  }

  /** Ends the send, once. */
  final void complete(@Nullable Receipt receipt, @Nullable MqException error) {
    if (STATE.compareAndSet(this, OPEN, DONE)) {
      producer.release(1, message.bodyBytes()); // first, so that a callback may send
      deliver(receipt, error);
    }
  }

  /** Called when the sender knows, or will before a later callback does (P-12). */
  final void told() {
    STATE.setVolatile(this, TOLD);
    producer.told();
  }

  /** Ends a send that never got room. */
  final void refuse(MqException error) {
    if (STATE.compareAndSet(this, OPEN, DONE)) {
      deliver(null, error);
    }
  }

  @Override
  public final int size() {
    return 1;
  }

  @Override
  public final PublishTarget target(int index) {
    return target;
  }

  @Override
  public final Message message(int index) {
    return message;
  }

  @Override
  public final String destination(int index) {
    return producer.destination();
  }

  @Override
  public final int partition(int index) {
    return partition;
  }

  @Override
  public final void confirmed(int index, int toPartition, long offset) {
    complete(
        toPartition == NO_PARTITION ? Receipt.routed() : Receipt.appended(toPartition, offset),
        null);
  }

  @Override
  public final void confirmedAll() {
    complete(Receipt.routed(), null);
  }

  @Override
  public final void unroutable(int index) {
    producer.unroutable(this);
  }

  @Override
  public final void failed(int index, Throwable error) {
    if (producer.isGone(target, error)) {
      producer.unroutable(this);
    } else {
      complete(null, producer.wrap(error));
    }
  }
}
