package dev.mq.inmemory;

import static java.util.Objects.requireNonNull;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.inmemory.internal.Engine;
import dev.mq.inmemory.internal.time.ManualTime;
import java.time.Duration;
import java.time.Instant;

/**
 * The clock of an engine, which is also the clock of every broker connected to it: retries,
 * timeouts, leases and expiry follow it. Thread-safe.
 */
public final class InMemoryClock {
  private final Engine engine;

  InMemoryClock(Engine engine) {
    this.engine = engine;
  }

  /** Returns the time of day. */
  public Instant now() {
    return engine.time().now();
  }

  /**
   * Moves time forward and runs every timer that becomes due, at its due time and in order, on this
   * thread. Before each step it lets consumers and groups finish what they have to do at that
   * moment, so that a retry that fails again counts its next delay from there; it does not wait for
   * a handler that does nothing for 200 ms of real time.
   *
   * <p>Two threads may advance at the same time; each timer runs once. Blocks while timers run.
   *
   * @param by how far, 0 or more; 0 runs what is due now
   * @throws MqException {@code UNSUPPORTED} when the engine runs on the system's clock; {@code
   *     WOULD_BLOCK} inside a timer of this clock; {@code INVALID_ARGUMENT} when negative
   */
  public void advance(Duration by) {
    requireNonNull(by, "by");
    if (engine.time() instanceof ManualTime manual) {
      manual.advance(by);
    } else {
      throw new MqException(
          ErrorCode.UNSUPPORTED,
          "advance: engine '"
              + engine.name()
              + "' runs on the system's clock; use InMemoryEngine.create()");
    }
  }
}
