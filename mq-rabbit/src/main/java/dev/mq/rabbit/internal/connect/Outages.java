package dev.mq.rabbit.internal.connect;

import dev.mq.api.MqException;
import dev.mq.spi.BackendContext;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Makes one event of what several connections lose at the same time: told when the first is lost,
 * and again when all are back. Thread-safe.
 */
public final class Outages {
  private final BackendContext context;
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Object> lost = new LinkedHashSet<>();

  Outages(BackendContext context) {
    this.context = context;
  }

  /**
   * A connection was lost; once per loss.
   *
   * @param who told it, and will tell {@link #recovered}
   */
  public void lost(Object who, String what, @Nullable MqException error) {
    lock.lock();
    try {
      boolean first = lost.isEmpty();
      if (lost.add(who) && first) {
        context.connectionLost(what, error);
      }
    } finally {
      lock.unlock();
    }
  }

  /** A lost connection works again. */
  public void recovered(Object who, String what) {
    lock.lock();
    try {
      if (lost.remove(who) && lost.isEmpty()) {
        context.connectionRecovered(what);
      }
    } finally {
      lock.unlock();
    }
  }
}
