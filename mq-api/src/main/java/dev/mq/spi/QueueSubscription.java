package dev.mq.spi;

import java.util.List;

/** A running subscription. Thread-safe. */
public interface QueueSubscription {
  /**
   * Returns the lanes, 1 or more; as many as the system wants for the concurrency asked for, and
   * the same until closed. Their quotas add up to at most the prefetch.
   */
  List<? extends Lane> lanes();

  /**
   * Ends the subscription: what is unsettled returns to the queue natively, flagged redelivered.
   * Called once, when no thread is inside a lane any more. Settlements answered before are not
   * lost.
   */
  void close();
}
