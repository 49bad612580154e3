package dev.mq.core.runtime;

import dev.mq.api.BrokerEvent;
import dev.mq.api.BrokerListener;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands events to the program's listener, one at a time, in order. Thread-safe. */
public final class EventBus {
  private static final Logger LOG = LoggerFactory.getLogger("dev.mq.events");

  private final SerialExecutor serial;
  private final @Nullable BrokerListener listener;

  /** Creates a bus that calls the listener on threads of an executor. */
  public EventBus(Executor executor, @Nullable BrokerListener listener) {
    this.serial = new SerialExecutor(executor);
    this.listener = listener;
  }

  /** Hands an event over; does not wait. */
  public void publish(BrokerEvent event) {
    LOG.info("{} {}: {}", event.broker(), event.type(), event.text());
    BrokerListener l = listener;
    if (l != null) {
      serial.execute(() -> l.onEvent(event));
    }
  }
}
