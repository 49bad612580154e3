package dev.mq.core.config;

import dev.mq.spi.BackendConfig;
import java.time.Duration;

/** The configuration of one open broker, looked up, parsed and checked. Immutable. */
public interface Configuration {
  /** What {@code declare} may do in this process. */
  enum TopologyMode {
    /** Make what is missing. */
    APPLY,
    /** Only check. */
    VERIFY,
    /** Nothing. */
    NONE
  }

  /** Returns the name of the broker these keys belong to. */
  String brokerName();

  /** Returns the value of {@code mq.backend}, or an empty text when it is not set. */
  String backend();

  /** Returns the value of {@code mq.topology}. */
  TopologyMode topologyMode();

  /** Returns the value of {@code mq.delays.retention}; zero for ever. */
  default Duration delaysRetention() {
    return Duration.ZERO;
  }

  /** Returns the keys of the selected backend. */
  BackendConfig backendConfig();

  /** Returns the keys of a consumer. */
  Section consumer(String name);

  /** Returns the keys of a producer. */
  Section producer(String name);

  /** Returns every key in force with its value and source, secrets redacted, a line each. */
  String report();
}
