package dev.mq.inmemory.internal;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.QueueSpec;
import dev.mq.inmemory.internal.fault.FaultScript;
import dev.mq.inmemory.internal.log.MemoryLog;
import dev.mq.inmemory.internal.log.MemoryTopologyLog;
import dev.mq.inmemory.internal.queue.MemoryQueue;
import dev.mq.inmemory.internal.sync.Activity;
import dev.mq.inmemory.internal.time.EngineTime;
import dev.mq.inmemory.internal.time.ManualTime;
import dev.mq.inmemory.internal.time.SystemEngineTime;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The server of one process: what several sessions share. Thread-safe. Has no thread of its own
 * while no timer waits.
 */
public final class Engine {
  /** Names a queue and tells it from earlier ones of its name. */
  record QueueKey(String name, String incarnation) {}

  private final String name;
  private final EngineTime time;
  private final Activity activity = new Activity();
  private final FaultScript faults = new FaultScript();
  private final Disconnects disconnects = new Disconnects(this);
  private final Rest rest = new Rest(this);
  private final Map<QueueKey, MemoryQueue> queues = new ConcurrentHashMap<>();
  private final Map<String, MemoryQueue> newest = new ConcurrentHashMap<>();
  private final Map<String, MemoryLog> logs = new ConcurrentHashMap<>();
  private final MemoryTopologyLog topology;
  private final Set<InMemorySession> sessions = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private Engine(String name, boolean manual) {
    this.name = name;
    this.time = manual ? new ManualTime(name, rest::beforeTimeMoves) : new SystemEngineTime(name);
    this.topology = new MemoryTopologyLog(time);
  }

  /** Creates an engine whose clock stands still until it is advanced. */
  public static Engine withManualClock(String name) {
    return new Engine(name, true);
  }

  /** Creates an engine with the system's clock. */
  public static Engine withSystemClock(String name) {
    return new Engine(name, false);
  }

  /** Returns the name. */
  public String name() {
    return name;
  }

  /** Returns the clock. */
  public EngineTime time() {
    return time;
  }

  /** Returns who knows that something happens. */
  public Activity activity() {
    return activity;
  }

  /** Returns the scripted faults. */
  public FaultScript faults() {
    return faults;
  }

  /** Returns the scripted disconnects. */
  public Disconnects disconnects() {
    return disconnects;
  }

  /** Returns who waits for the engine to come to rest. */
  public Rest rest() {
    return rest;
  }

  MemoryTopologyLog topology() {
    return topology;
  }

  // -- queues

  MemoryQueue createQueue(QueueSpec spec, String incarnation, InMemorySession creator) {
    QueueKey key = new QueueKey(spec.name(), incarnation);
    MemoryQueue q =
        queues.computeIfAbsent(
            key,
            k -> {
              MemoryQueue made =
                  new MemoryQueue(
                      spec,
                      incarnation,
                      spec.exclusive() ? creator : null,
                      time,
                      activity,
                      this::removeQueue);
              newest.put(k.name(), made);
              return made;
            });
    q.checkOwner(creator, "declare");
    disconnects.arm(q);
    return q;
  }

  @Nullable MemoryQueue queue(String queue, String incarnation) {
    return queues.get(new QueueKey(queue, incarnation));
  }

  /** Returns the queue made last under a name, while it exists. */
  public Optional<MemoryQueue> newestQueue(String queue) {
    return Optional.ofNullable(newest.get(queue));
  }

  void removeQueue(MemoryQueue q) {
    if (queues.remove(new QueueKey(q.name(), q.incarnation()), q)) {
      newest.remove(q.name(), q);
      InMemoryQueues.cancel(q, q.delete());
    }
  }

  /** Returns all queues. */
  public Iterable<MemoryQueue> queues() {
    return queues.values();
  }

  // -- logs

  Map<String, MemoryLog> logs() {
    return logs;
  }

  /** Returns a log. */
  public Optional<MemoryLog> log(String log) {
    return Optional.ofNullable(logs.get(log));
  }

  // -- sessions

  void join(InMemorySession session) {
    sessions.add(session);
    if (closed) {
      sessions.remove(session);
      throw new MqException(ErrorCode.UNAVAILABLE, "open: engine '" + name + "' is closed");
    }
  }

  void leave(InMemorySession session) {
    sessions.remove(session);
    for (MemoryQueue q : queues.values()) {
      if (q.isOwnedBy(session)) {
        removeQueue(q);
      }
    }
  }

  /** Returns the open sessions. */
  Set<InMemorySession> sessions() {
    return sessions;
  }

  /** Kills the sessions of a broker and returns how many there were. */
  public int kill(String broker) {
    int n = 0;
    for (InMemorySession s : sessions) {
      if (s.broker().equals(broker)) {
        s.kill();
        n++;
      }
    }
    return n;
  }

  /** Ends all sessions and timers. Idempotent. */
  public void close() {
    closed = true;
    sessions.forEach(InMemorySession::kill);
    time.shutdown();
  }

  /** Returns all logs. */
  public Iterable<MemoryLog> allLogs() {
    return logs.values();
  }
}
