package dev.mq.api;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A queue consumer to pull from. Deliveries are settled by their verbs. Thread-safe. Implemented by
 * the library only.
 */
public interface Receiver extends Consumer {
  /**
   * Waits for a delivery.
   *
   * @param timeout how long at most; zero does not wait
   * @return null when none came in time
   * @throws ClosedException when closed, also while waiting (Y-05)
   */
  @Nullable Delivery receive(Duration timeout);

  /**
   * Waits for at least one delivery and returns at most {@code max} (1 or more) that are there;
   * empty when none came in time.
   */
  List<Delivery> receiveBatch(int max, Duration timeout);
}
