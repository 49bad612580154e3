package dev.mq.core.dispatch;

import java.util.List;

/** Where lanes put what they receive. Thread-safe unless said otherwise. */
interface Sink {
  /**
   * Takes deliveries in their order; called by a pump, does not block unless {@link
   * #mayHandleInAccept}.
   */
  void accept(DeliveryImpl[] deliveries, int count);

  /**
   * Returns whether handlers may run inside {@link #accept}: an executor of the program may run
   * tasks in its caller.
   */
  default boolean mayHandleInAccept() {
    return false;
  }

  /** Does what the sink leaves to the threads of pumps. */
  default void turn(LanePump pump) {}

  /** Returns whether {@link #turn} has something to do. */
  default boolean hasTurn() {
    return false;
  }

  /**
   * Takes out what no handler has seen and returns it; called during a pause. What only the thread
   * of a pump may touch it leaves to {@link #turn}.
   */
  List<DeliveryImpl> takeUnseen();

  /** Called after resume. */
  void resumed();

  /** Lets no handler start any more and returns what none has seen; idempotent. */
  List<DeliveryImpl> stop();

  /** Returns how many deliveries no handler has seen. */
  int backlog();

  /**
   * Waits until no handler runs, at most until a moment of the real clock; returns whether that is
   * so.
   */
  boolean awaitIdle(long deadlineNanos) throws InterruptedException;

  /** Returns whether the current thread is inside a handler of this consumer. */
  boolean isInsideHandler();
}
