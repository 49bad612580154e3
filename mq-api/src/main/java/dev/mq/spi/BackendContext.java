package dev.mq.spi;

import dev.mq.api.MqException;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** What the runtime gives a backend when it opens. Thread-safe. */
public interface BackendContext {
  /** Returns the name of the broker in events and thread names. */
  String brokerName();

  /** Returns the configuration. */
  BackendConfig config();

  /** Returns clock and timers; a backend uses no others. */
  TimeSource time();

  /** Returns a factory of daemon threads named after the broker and a role. */
  ThreadFactory threads(String role);

  /** Tells that the connection was lost; one call per loss, from any thread. */
  void connectionLost(String what, @Nullable MqException error);

  /** Tells that the connection works again; one call per recovery, from any thread. */
  void connectionRecovered(String what);
}
