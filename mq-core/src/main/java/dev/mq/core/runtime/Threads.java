package dev.mq.core.runtime;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The threads of one broker; none is started before it is needed, idle ones end after ten seconds.
 * Thread-safe.
 */
public final class Threads {
  private final String broker;
  private final Executor handlers;
  private final @Nullable ExecutorService ownHandlers;
  private final ExecutorService completions;

  /**
   * Creates the threads of a broker.
   *
   * @param users the program's executor for handlers, or null for threads of the library
   */
  public Threads(String broker, @Nullable Executor users) {
    this.broker = broker;
    this.ownHandlers = users == null ? pool("handler") : null;
    this.handlers = users != null ? users : ownHandlers;
    this.completions = pool("completion");
  }

  /** Returns the executor for handlers. */
  public Executor handlers() {
    return handlers;
  }

  /** Returns whether handlers run on threads of the library, which nobody else uses. */
  public boolean ownHandlers() {
    return ownHandlers != null;
  }

  /**
   * Returns the executor for completions of the program. It refuses none: once the broker is closed
   * and these threads are gone, a completion runs on the thread that brings it.
   */
  public Executor completions() {
    return task -> {
      Runnable marked = () -> WouldBlock.mark(task);
      try {
        completions.execute(marked);
      } catch (RejectedExecutionException e) {
        marked.run();
      }
    };
  }

  /** Returns a factory of daemon threads named after the broker and a role. */
  public ThreadFactory factory(String role) {
    AtomicLong number = new AtomicLong();
    return task -> {
      Thread t = new Thread(task, "mq-" + broker + "-" + role + "-" + number.incrementAndGet());
      t.setDaemon(true);
      return t;
    };
  }

  /** Lets running tasks end and takes no further ones. */
  public void shutdown() {
    completions.shutdown();
    if (ownHandlers != null) {
      ownHandlers.shutdown();
    }
  }

  private ExecutorService pool(String role) {
    return new ThreadPoolExecutor(
        0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), factory(role));
  }
}
