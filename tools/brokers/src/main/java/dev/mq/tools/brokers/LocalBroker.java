package dev.mq.tools.brokers;

import java.nio.file.Path;
import java.time.Duration;

/**
 * A broker that runs as a process of its own on this machine and whose life is in the caller's
 * hands.
 *
 * <p>Ports and data directory stay the same from the first start to {@link #close()}. When this JVM
 * ends, even by {@code kill -9}, the process is killed and its directory removed. Thread-safe; the
 * operations of one broker run one at a time.
 *
 * <pre>{@code
 * try (LocalKafka kafka = LocalKafka.builder().start()) {
 *   connect(kafka.bootstrapServers());
 *   kafka.kill();
 *   kafka.start();
 * }
 * }</pre>
 */
public interface LocalBroker extends Broker {

  @Override
  default Origin origin() {
    return Origin.LOCAL_PROCESS;
  }

  /**
   * Starts the broker on its ports and data and waits until it serves clients.
   *
   * @throws IllegalStateException if it runs already or is closed
   * @throws BrokerException if it ends or does not get ready in time; the end of its log is quoted
   */
  void start();

  /**
   * Shuts the broker down in its own orderly way and waits for its end; kills it if that takes
   * long.
   */
  void stop();

  /** Ends the broker by SIGKILL, as a crash would, and waits for its end. Its data stays. */
  void kill();

  /** Does {@link #stop()}, if it runs, then {@link #start()}. */
  default void restart() {
    if (isRunning()) {
      stop();
    }
    start();
  }

  /** Freezes the broker by SIGSTOP: connections stay open and nothing answers. */
  void pause();

  /** Lets a paused broker go on by SIGCONT. Does not wait; see {@link #awaitReady}. */
  void resume();

  /**
   * Waits until the broker answers a client's first request.
   *
   * @throws BrokerException if it does not within {@code timeout}, or does not run
   */
  void awaitReady(Duration timeout);

  /** Returns whether the process exists, paused or not. */
  boolean isRunning();

  /**
   * Returns the broker's process id.
   *
   * @throws IllegalStateException if it does not run
   */
  long pid();

  /**
   * Returns the file that everything the broker prints is appended to; removed by {@link #close()}.
   */
  Path logFile();
}
