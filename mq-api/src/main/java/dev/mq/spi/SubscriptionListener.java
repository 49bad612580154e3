package dev.mq.spi;

/**
 * Told what happens to a subscription. Called from any thread of the backend; does not block and
 * does not run user code.
 */
public interface SubscriptionListener {
  /** The subscription ended by itself, such as by deletion of its queue; called at most once. */
  void cancelled(Throwable reason);

  /**
   * The leases of deliveries were lost, such as by a lost connection; settling these tokens does
   * nothing.
   */
  void leasesLost(Lane lane, long[] tokens);

  /** All leases of a lane were lost. */
  void allLeasesLost(Lane lane);
}
