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

  /**
   * Extends the leases of everything this lane holds. May block for one round trip. Never throws.
   */
  default void renew() {}

  /**
   * Returns the most deliveries this lane has unsettled at a time, 1 or more; the quotas of a
   * subscription add up to at most its prefetch. Constant. {@link #receive} is called with room for
   * at most what is missing to it.
   */
  int quota();

  /**
   * Tells that no {@link #receive} follows until the program wants more: gives back at once what
   * was taken from the queue and not handed out. What was handed out stays held. The next {@code
   * receive} takes up the work again. May block for one round trip. Never throws.
   */
  default void pause() {}

  /** Makes a waiting or the next {@link #receive} return soon. From any thread; cheap. */
  void wakeup();
}
