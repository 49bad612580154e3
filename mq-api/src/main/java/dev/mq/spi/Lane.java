package dev.mq.spi;

/**
 * A batch machine that hands out deliveries and takes settlements. All methods but {@link #wakeup}
 * are called by one thread at a time; the runtime sees to that.
 */
public interface Lane {
  /** Answer of {@link #receive}: nothing more comes until what is held is settled. */
  int BARRIER = -1;

  /**
   * Adds deliveries to a batch, as many as there are and as it has room.
   *
   * @param batch the caller's; must not be kept
   * @param maxWaitNanos how long to wait for the first one; 0 does not wait
   * @return how many were added; 0 after the wait or {@link #wakeup}; {@link #BARRIER}
   * @throws InterruptedException when interrupted while waiting
   */
  int receive(DeliveryBatch batch, long maxWaitNanos) throws InterruptedException;

  /**
   * Settles. May block for one round trip of the system. Never throws. The batch may be kept until
   * its last entry was answered. A token that is not held here any more is answered {@code
   * LEASE_LOST} and settles nothing.
   */
  void settle(SettleBatch batch);

  /**
   * Returns for how many nanoseconds a delivery may be held without {@link #renew}; 0 for ever.
   * Constant.
   */
  default long leaseNanos() {
    return 0;
  }

  /** Extends the leases of deliveries held by this lane. */
  default void renew(long[] tokens, int count) {}

  /** Makes a waiting or the next {@link #receive} return soon. From any thread; cheap. */
  void wakeup();
}
