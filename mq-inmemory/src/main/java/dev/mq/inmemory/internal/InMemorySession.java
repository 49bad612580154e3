package dev.mq.inmemory.internal;

import dev.mq.api.Capabilities;
import dev.mq.api.Capability;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.inmemory.internal.log.MemoryTopologyLog;
import dev.mq.inmemory.internal.log.Source;
import dev.mq.inmemory.internal.queue.MemoryQueue;
import dev.mq.inmemory.internal.queue.MemorySubscription;
import dev.mq.spi.BackendContext;
import dev.mq.spi.BackendSession;
import dev.mq.spi.ErrorClass;
import dev.mq.spi.LogDriver;
import dev.mq.spi.PublishChannel;
import dev.mq.spi.QueueDriver;
import dev.mq.spi.TimeSource;
import dev.mq.spi.TopologyLog;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** One client of an engine. Thread-safe. */
public final class InMemorySession implements BackendSession {
  private enum State {
    OPEN,
    KILLED,
    CLOSED
  }

  private final Engine engine;
  private final BackendContext context;
  private final Object unwrapped;
  private final int maxBodyBytes;
  private final Duration sessionTimeout;
  private final Capabilities capabilities;
  private final ReentrantLock ending = new ReentrantLock();
  private volatile State state = State.OPEN;
  private final Set<MemorySubscription> subscriptions = ConcurrentHashMap.newKeySet();
  private final Set<Source> sources = ConcurrentHashMap.newKeySet();
  private final Set<MemoryTopologyLog.Following> followings = ConcurrentHashMap.newKeySet();

  /**
   * Opens a session.
   *
   * @param unwrapped what the program gets when it asks for the engine
   */
  public InMemorySession(
      Engine engine,
      BackendContext context,
      Object unwrapped,
      int maxBodyBytes,
      Duration sessionTimeout) {
    this.engine = engine;
    this.context = context;
    this.unwrapped = unwrapped;
    this.maxBodyBytes = maxBodyBytes;
    this.sessionTimeout = sessionTimeout;
    this.capabilities = declare(maxBodyBytes);
    engine.join(this);
  }

  private static Capabilities declare(int maxBodyBytes) {
    return Capabilities.builder("inmemory")
        .with(
            Capability.QUEUES,
            Capability.EXCHANGES,
            Capability.LOGS,
            Capability.CONFIRMED_SETTLE,
            Capability.QUEUE_FIFO,
            Capability.SINGLE_ACTIVE_CONSUMER,
            Capability.EXCLUSIVE_QUEUE,
            Capability.TEMPORARY_QUEUE,
            Capability.MESSAGE_TTL,
            Capability.MAX_LENGTH,
            Capability.BROWSE,
            Capability.DRY_RUN_ROUTING,
            Capability.RETRY,
            Capability.APPEND_OFFSET,
            Capability.LOG_RETENTION,
            Capability.TIMESTAMP_SEEK,
            Capability.ADD_PARTITIONS,
            Capability.LOG_LAG,
            Capability.OBSERVED_TOPOLOGY)
        .with(Capability.MIN_HOLD, 100)
        .with(Capability.START_BOUND_MILLIS, 50)
        .with(Capability.PRIORITIES, 32)
        .with(Capability.MAX_BODY_BYTES, maxBodyBytes)
        .build();
  }

  Engine engine() {
    return engine;
  }

  /** Returns the name of the broker. */
  public String broker() {
    return context.brokerName();
  }

  /** Returns what the runtime gave. */
  public BackendContext context() {
    return context;
  }

  int maxBodyBytes() {
    return maxBodyBytes;
  }

  Duration sessionTimeout() {
    return sessionTimeout;
  }

  boolean isOpen() {
    return state == State.OPEN;
  }

  /** Throws when the session is closed or dead. */
  void checkOpen(String operation) {
    switch (state) {
      case OPEN -> {}
      case KILLED ->
          throw new MqException(ErrorCode.UNAVAILABLE, operation + ": the session was killed");
      case CLOSED -> throw new MqException(ErrorCode.CLOSED, operation + ": the session is closed");
    }
  }

  void add(MemorySubscription s) {
    subscriptions.add(s);
    if (state != State.OPEN) {
      s.queue().end(s);
    }
  }

  boolean consumes(MemoryQueue queue) {
    return subscriptions.stream().anyMatch(s -> s.queue() == queue);
  }

  void forget(MemorySubscription s) {
    subscriptions.remove(s);
  }

  <S extends Source> S add(S source) {
    sources.add(source);
    source.whenClosed(() -> sources.remove(source));
    if (state != State.OPEN) {
      source.kill();
    }
    return source;
  }

  void add(MemoryTopologyLog.Following f) {
    followings.add(f);
    if (state != State.OPEN) {
      f.stop();
    }
  }

  @Override
  public Capabilities capabilities() {
    return capabilities;
  }

  @Override
  public Optional<TimeSource> timeSource() {
    return Optional.of(engine.time());
  }

  @Override
  public PublishChannel openPublisher() {
    checkOpen("open publisher");
    return new InMemoryPublisher(this);
  }

  @Override
  public Optional<QueueDriver> queues() {
    return Optional.of(new InMemoryQueues(this));
  }

  @Override
  public Optional<LogDriver> logs() {
    return Optional.of(new InMemoryLogs(this));
  }

  @Override
  public Optional<TopologyLog> topologyLog() {
    return Optional.of(new InMemoryTopologyLog(this));
  }

  @Override
  public String healthProblem() {
    return state == State.OPEN ? "" : "the session is " + state.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public ErrorClass classify(Throwable error) {
    return error instanceof MqException mq
        ? new ErrorClass(mq.code(), mq.isDefinite(), mq.isRetryable())
        : new ErrorClass(ErrorCode.BACKEND_FAILURE, false, false);
  }

  @Override
  public <T> Optional<T> unwrap(Class<T> type) {
    return type.isInstance(unwrapped) ? Optional.of(type.cast(unwrapped)) : Optional.empty();
  }

  /**
   * Ends the session as the death of its process would, and tells the runtime that its connection
   * is lost.
   */
  public void kill() {
    if (becomes(State.KILLED)) {
      List<MemorySubscription> lost = List.copyOf(subscriptions);
      end();
      for (MemorySubscription s : lost) {
        s.listener().allLeasesLost(s);
      }
      context.connectionLost(
          "engine", new MqException(ErrorCode.UNAVAILABLE, "the session was killed"));
    }
  }

  @Override
  public void close(Duration timeout) {
    if (becomes(State.CLOSED)) {
      end();
    }
  }

  private boolean becomes(State next) {
    ending.lock();
    try {
      boolean wasOpen = state == State.OPEN;
      if (wasOpen) {
        state = next;
      }
      return wasOpen;
    } finally {
      ending.unlock();
    }
  }

  private void end() {
    for (MemorySubscription s : subscriptions) {
      s.queue().end(s);
    }
    sources.forEach(Source::kill);
    followings.forEach(MemoryTopologyLog.Following::stop);
    engine.leave(this);
  }
}
