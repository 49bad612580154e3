package dev.mq.core.runtime;

import dev.mq.spi.BackendQueue;
import java.time.Duration;

/** Something made from a broker that has to be closed with it. */
public interface Child {
  /**
   * Closes within a timeout; idempotent.
   *
   * @return whether everything ended in time
   */
  boolean close(Duration timeout);

  /** Returns whether it publishes: such a child is closed after those whose handlers may use it. */
  default boolean publishes() {
    return false;
  }

  /** Told that a queue was deleted, by this program or another. Must not block. */
  default void queueDeleted(BackendQueue queue) {}
}
