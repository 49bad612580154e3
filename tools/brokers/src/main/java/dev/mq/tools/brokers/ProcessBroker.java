package dev.mq.tools.brokers;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What both local brokers share: the life of the process, run as script {@code broker} of a guard.
 *
 * <p>{@code child} is the latest run, null before the first; it is written under {@code lock}.
 */
abstract class ProcessBroker implements LocalBroker {
  static final String MAIN = "broker";

  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);
  private static final Duration PAUSE_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration KILL_TIMEOUT = Duration.ofSeconds(10);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  final Guard guard;
  private final Duration startTimeout;
  private final String readyMark;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile Guard.@Nullable Child child;
  private volatile boolean closed;

  /**
   * Makes a broker that was not started yet.
   *
   * @param readyMark what the broker logs when its start is complete
   */
  ProcessBroker(Guard guard, Duration startTimeout, String readyMark) {
    this.guard = guard;
    this.startTimeout = startTimeout;
    this.readyMark = readyMark;
  }

  /** Sends a client's first request and returns whether the broker answered. */
  abstract boolean answers(int timeoutMillis);

  @Override
  public final void start() {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException(kind() + " is closed");
      }
      if (isRunning()) {
        throw new IllegalStateException(kind() + " runs already, as process " + pid());
      }
      long logStart = Files.exists(logFile()) ? Files.size(logFile()) : 0;
      child = guard.run(MAIN);
      long deadline = System.nanoTime() + startTimeout.toNanos();
      await(deadline, () -> logSince(logStart).contains(readyMark));
      await(deadline, () -> answers(1_000));
    } catch (IOException e) {
      throw new BrokerException("cannot read " + logFile(), e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public final void stop() {
    end("TERM", STOP_TIMEOUT);
  }

  @Override
  public final void kill() {
    end("KILL", KILL_TIMEOUT);
  }

  private void end(String signal, Duration timeout) {
    lock.lock();
    try {
      Guard.Child running = running();
      guard.signal(signal, running);
      if (!running.awaitExit(timeout.toMillis())) {
        guard.signal("KILL", running);
        if (!running.awaitExit(KILL_TIMEOUT.toMillis())) {
          throw new BrokerException(kind() + " process " + running.pid() + " does not end");
        }
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public final void pause() {
    Guard.Child running = running();
    guard.signal("STOP", running);
    await(System.nanoTime() + PAUSE_TIMEOUT.toNanos(), () -> isStopped(running.pid()));
  }

  /** Threads stop one after the other; where the system does not show them, they are taken to. */
  private static boolean isStopped(long pid) throws IOException {
    Path threads = Path.of("/proc", Long.toString(pid), "task");
    if (!Files.isDirectory(threads)) {
      return true;
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(threads)) {
      for (Path thread : all) {
        // The state follows the name, which is in brackets and may hold anything.
        String stat = Files.readString(thread.resolve("stat"), ISO_8859_1);
        if (!stat.startsWith("T", stat.lastIndexOf(')') + 2)) {
          return false;
        }
      }
      return true;
    } catch (NoSuchFileException e) {
      return false; // a thread ended meanwhile
    }
  }

  @Override
  public final void resume() {
    guard.signal("CONT", running());
  }

  @Override
  public final void awaitReady(Duration timeout) {
    await(System.nanoTime() + timeout.toNanos(), () -> answers(500));
  }

  @Override
  public final boolean isRunning() {
    Guard.Child latest = child;
    return latest != null && latest.isAlive();
  }

  @Override
  public final long pid() {
    return running().pid();
  }

  @Override
  public final Path logFile() {
    return guard.log(MAIN);
  }

  @Override
  public final void close() {
    closed = true;
    guard.close();
  }

  @Override
  public final String toString() {
    return kind() + " at " + address() + (isRunning() ? ", process " + pid() : ", not running");
  }

  private Guard.Child running() {
    Guard.Child latest = child;
    if (latest == null || !latest.isAlive()) {
      throw new IllegalStateException(kind() + " does not run");
    }
    return latest;
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private void await(long deadline, Condition condition) {
    try {
      while (!condition.holds()) {
        if (!isRunning()) {
          throw new BrokerException(kind() + " ended before it was ready" + quotedLog());
        }
        if (System.nanoTime() - deadline >= 0) {
          throw new BrokerException(kind() + " is not ready in time" + quotedLog());
        }
        if (Thread.currentThread().isInterrupted()) {
          throw new BrokerException("interrupted while waiting for " + kind());
        }
        LockSupport.parkNanos(POLL_NANOS);
      }
    } catch (IOException e) {
      throw new BrokerException("cannot read " + logFile(), e);
    }
  }

  private String logSince(long position) throws IOException {
    if (!Files.exists(logFile())) {
      return "";
    }
    try (var in = Files.newInputStream(logFile())) {
      in.skipNBytes(position);
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private String quotedLog() {
    return "; the end of its log:\n" + guard.tail(MAIN);
  }
}
