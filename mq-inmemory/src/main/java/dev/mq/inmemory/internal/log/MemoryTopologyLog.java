package dev.mq.inmemory.internal.log;

import dev.mq.inmemory.internal.time.EngineTime;
import dev.mq.spi.TopologyLog.Follower;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The commands all sessions of an engine share. Thread-safe.
 *
 * <p>An append hands its command to every follower before it returns, unless a follower is told
 * late on purpose. Each follower has a lock of its own, held while it is told, so commands come one
 * at a time and in order whoever appends; {@code lock} guards the commands and is not held then.
 */
public final class MemoryTopologyLog {
  private static final Logger LOG = LoggerFactory.getLogger(MemoryTopologyLog.class);

  private static final class Command {
    final byte[] bytes;
    final long appendedNanos;

    Command(byte[] bytes, long appendedNanos) {
      this.bytes = bytes;
      this.appendedNanos = appendedNanos;
    }
  }

  private final EngineTime time;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Command> commands = new ArrayList<>();
  private final List<Following> followers = new CopyOnWriteArrayList<>();
  private long first;
  private volatile long end;

  /** Creates an empty log. */
  public MemoryTopologyLog(EngineTime time) {
    this.time = time;
  }

  /** Appends a command and tells the followers; returns its offset. */
  public long append(byte[] command) {
    long offset;
    lock.lock();
    try {
      offset = first + commands.size();
      commands.add(new Command(command.clone(), time.nanoTime()));
      end = offset + 1;
    } finally {
      lock.unlock();
    }
    followers.forEach(Following::tell);
    return offset;
  }

  /** Returns the next offset. */
  public long end() {
    return end;
  }

  /** Removes commands below an offset. */
  public void trim(long below) {
    lock.lock();
    try {
      int n = (int) Math.max(0, Math.min(below - first, commands.size()));
      commands.subList(0, n).clear();
      first += n;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Tells a follower of all commands still there, and then of each that is appended.
   *
   * @param delay how long after the append to tell; asked for again for each command
   * @param whenLate runs when a command has to wait
   */
  public Following follow(Follower follower, Supplier<Duration> delay, Runnable whenLate) {
    Following f = new Following(follower, delay, whenLate);
    followers.add(f);
    f.tell();
    return f;
  }

  /** A follower and how far it was told. */
  public final class Following {
    private final Follower follower;
    private final Supplier<Duration> delay;
    private final Runnable whenLate;
    private final ReentrantLock telling = new ReentrantLock();
    private long next;
    private boolean later;
    private boolean stopped;

    private Following(Follower follower, Supplier<Duration> delay, Runnable whenLate) {
      this.follower = follower;
      this.delay = delay;
      this.whenLate = whenLate;
    }

    /**
     * Tells what is due. Inside the follower's own callback it does nothing: the call underneath
     * goes on.
     */
    void tell() {
      if (telling.isHeldByCurrentThread()) {
        return;
      }
      telling.lock();
      try {
        Command c = nextCommand();
        while (!stopped && c != null && isDue(c)) {
          tellCommand(next++, c.bytes);
          c = nextCommand();
        }
      } finally {
        telling.unlock();
      }
    }

    private @Nullable Command nextCommand() {
      long skippedTo = -1;
      Command c;
      lock.lock();
      try {
        if (next < first) {
          next = first;
          skippedTo = first;
        }
        int index = (int) (next - first);
        c = index < commands.size() ? commands.get(index) : null;
      } finally {
        lock.unlock();
      }
      if (skippedTo >= 0) {
        tellReached(skippedTo);
      }
      return c;
    }

    private boolean isDue(Command c) {
      if (later) {
        return false;
      }
      long wait = c.appendedNanos + delay.get().toNanos() - time.nanoTime();
      if (wait <= 0) {
        return true;
      }
      later = true;
      whenLate.run();
      time.schedule(Duration.ofNanos(wait), this::tellLate);
      return false;
    }

    private void tellLate() {
      telling.lock();
      try {
        later = false;
      } finally {
        telling.unlock();
      }
      tell();
    }

    private void tellCommand(long offset, byte[] command) {
      try {
        follower.command(offset, command.clone());
      } catch (RuntimeException | Error e) {
        LOG.error("a follower of the topology log threw", e);
      }
    }

    private void tellReached(long offset) {
      try {
        follower.reached(offset);
      } catch (RuntimeException | Error e) {
        LOG.error("a follower of the topology log threw", e);
      }
    }

    /** Stops; nothing is told after it returned. */
    public void stop() {
      followers.remove(this);
      telling.lock();
      try {
        stopped = true;
      } finally {
        telling.unlock();
      }
    }
  }
}
