package dev.mq.spi;

import java.util.List;

/**
 * The entry of a backend, found by {@link java.util.ServiceLoader}. Has a public constructor
 * without arguments that does nothing. Thread-safe.
 */
public interface BackendProvider {
  /** Returns the value of {@code mq.backend} that selects it: lower-case letters and digits. */
  String name();

  /**
   * Returns {@link Spi#VERSION} as the backend was compiled with; another one is refused with both
   * numbers.
   */
  int spiVersion();

  /**
   * Returns the configuration keys of the backend, all under {@code mq.<name>.}; unknown ones are
   * refused at open.
   */
  List<ConfigKey<?>> keys();

  /**
   * Connects. Called on the thread that opens the broker; may block for the connect timeout of the
   * backend's own keys.
   *
   * @throws dev.mq.api.MqException {@code UNAVAILABLE}, {@code AUTHENTICATION} or {@code CONFIG},
   *     with nothing left behind
   */
  BackendSession open(BackendContext context);
}
