package dev.mq.core.runtime;

import static java.util.Objects.requireNonNull;

import dev.mq.api.BrokerEvent;
import dev.mq.api.Capabilities;
import dev.mq.api.ClosedException;
import dev.mq.api.DeclarationConflictException;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.core.config.Configuration;
import dev.mq.spi.BackendSession;
import dev.mq.spi.ErrorClass;
import dev.mq.spi.TimeSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What everything made from one broker shares: session, clock, configuration, threads, events and
 * the wrapping of errors. Thread-safe.
 */
public final class Kernel {
  private final String name;
  private final String backend;
  private final BackendSession session;
  private final Capabilities capabilities;
  private final TimeSource time;
  private final Configuration configuration;
  private final Threads threads;
  private final EventBus events;
  private final Set<Child> children = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;
  private volatile @Nullable SystemPublisher systemPublisher;
  private volatile @Nullable QueueResolver queues;
  private volatile DelayLine delayLine = DelayLine.NONE;

  /** Creates the kernel of an open session. */
  public Kernel(
      String backend,
      BackendSession session,
      TimeSource time,
      Configuration configuration,
      Threads threads,
      EventBus events) {
    this.name = configuration.brokerName();
    this.backend = backend;
    this.session = session;
    this.capabilities = session.capabilities();
    this.time = time;
    this.configuration = configuration;
    this.threads = threads;
    this.events = events;
  }

  /** Finds queues that exist. */
  @FunctionalInterface
  public interface QueueResolver {
    /**
     * Returns a queue.
     *
     * @throws dev.mq.api.NotFoundException when there is none of this name
     */
    QueueRef queue(String name);
  }

  /**
   * Sets what can only be made once the kernel is there. Called once, before anything else uses the
   * kernel.
   */
  public void wire(SystemPublisher publisher, QueueResolver resolver) {
    this.systemPublisher = publisher;
    this.queues = resolver;
  }

  /** Sets the delay line, where there is one. Called once, before anything else uses the kernel. */
  public void wire(DelayLine line) {
    this.delayLine = line;
  }

  /** Returns the name of the broker. */
  public String name() {
    return name;
  }

  /** Returns the name of the backend. */
  public String backend() {
    return backend;
  }

  /** Returns the session. */
  public BackendSession session() {
    return session;
  }

  /** Returns the capabilities. */
  public Capabilities capabilities() {
    return capabilities;
  }

  /** Returns clock and timers; the only ones the runtime uses. */
  public TimeSource time() {
    return time;
  }

  /** Returns the configuration. */
  public Configuration configuration() {
    return configuration;
  }

  /** Returns the executor for handlers: the program's, or threads of the library that may block. */
  public Executor handlers() {
    return threads.handlers();
  }

  /**
   * Returns whether {@link #handlers()} are threads of the library, so that a handler may also run
   * on another one of it.
   */
  public boolean ownHandlers() {
    return threads.ownHandlers();
  }

  /**
   * Returns the executor for completions of the program: threads marked so that {@link WouldBlock}
   * knows them. It refuses none.
   */
  public Executor completions() {
    return threads.completions();
  }

  /** Returns a factory of daemon threads named after the broker and a role. */
  public ThreadFactory threads(String role) {
    return threads.factory(role);
  }

  /** Returns the publisher for what the runtime itself publishes. */
  public SystemPublisher systemPublisher() {
    return requireNonNull(systemPublisher);
  }

  /** Returns what puts messages into queues later. */
  public DelayLine delayLine() {
    return delayLine;
  }

  /** Returns an existing queue, or throws {@link dev.mq.api.NotFoundException}. */
  public QueueRef queue(String queue) {
    return requireNonNull(queues).queue(queue);
  }

  /** Tells the program's listener of an event; does not block. */
  public void event(
      BrokerEvent.Type type, @Nullable String address, String text, @Nullable MqException error) {
    events.publish(new BrokerEvent(type, time.now(), name, address, text, error));
  }

  /**
   * Returns an exception of a backend as one of ours.
   *
   * @param operation what was tried, such as {@code publish}
   * @param address the destination, or null
   */
  public MqException wrap(Throwable error, String operation, @Nullable String address) {
    if (error instanceof MqException mq) {
      return named(mq, operation, address);
    }
    if (error instanceof InterruptedException) {
      return new MqException(
          ErrorCode.INTERRUPTED, true, true, text(operation, address, "interrupted"), error);
    }
    ErrorClass c = session.classify(error);
    String what = text(operation, address, String.valueOf(error));
    return Errors.make(c, what, error);
  }

  /**
   * A backend does not know by which address the program reached it; the text a program sees has
   * it.
   */
  private static MqException named(MqException error, String operation, @Nullable String address) {
    String known = String.valueOf(error.getMessage());
    if (address == null
        || known.contains(address)
        || error instanceof DeclarationConflictException) {
      return error;
    }
    ErrorClass same = new ErrorClass(error.code(), error.isDefinite(), error.isRetryable());
    return Errors.make(same, text(operation, address, known), error);
  }

  /** Runs an operation of the backend, with its exceptions wrapped. */
  public <T> T call(String operation, @Nullable String address, Supplier<T> body) {
    checkOpen(operation, address);
    try {
      return body.get();
    } catch (RuntimeException e) {
      throw wrap(e, operation, address);
    }
  }

  /** Throws {@link ClosedException} when the broker is closed. */
  public void checkOpen(String operation, @Nullable String address) {
    if (closed) {
      throw new ClosedException(text(operation, address, "broker '" + name + "' is closed"));
    }
  }

  /** Returns whether the broker is closed or closing. */
  public boolean isClosed() {
    return closed;
  }

  /**
   * Marks the broker closed: {@link #checkOpen} throws from now on. Returns false when it was
   * closed already.
   */
  public boolean markClosed() {
    synchronized (children) {
      boolean first = !closed;
      closed = true;
      return first;
    }
  }

  /**
   * Adds a child to be closed with the broker; throws {@link ClosedException} when that has
   * happened.
   */
  public void adopt(Child child, String operation, @Nullable String address) {
    synchronized (children) {
      checkOpen(operation, address);
      children.add(child);
    }
  }

  /** Forgets a closed child. */
  public void release(Child child) {
    children.remove(child);
  }

  /** Returns the children not closed yet. */
  public List<Child> children() {
    return List.copyOf(children);
  }

  private static String text(String operation, @Nullable String address, String reason) {
    return operation + (address == null ? "" : " " + address) + ": " + reason;
  }
}
