package dev.mq.api;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Something a backend can do, with a value where there is one. The compatibility kit checks a part
 * of what a backend declares; what it does not declare is refused before any side effect (B-09).
 *
 * @param <T> the type of the value: Boolean for a plain yes
 */
public final class Capability<T> {
  /** Messages survive a restart of the broker. */
  public static final Capability<Boolean> PERSISTENT = flag("persistent");

  /** Queues. */
  public static final Capability<Boolean> QUEUES = flag("queues");

  /**
   * Exchanges of all four types, exchange-to-exchange bindings, alternate exchange, default
   * exchange, unroutable.
   */
  public static final Capability<Boolean> EXCHANGES = flag("exchanges");

  /** Logs. */
  public static final Capability<Boolean> LOGS = flag("logs");

  /** {@link SettleResult#SETTLED} is the broker's word. */
  public static final Capability<Boolean> CONFIRMED_SETTLE = flag("confirmed-settle");

  /**
   * How many deliveries a consumer of prefetch 100 and concurrency 16 may hold while more arrive
   * (A-17).
   */
  public static final Capability<Integer> MIN_HOLD = new Capability<>("min-hold", Integer.class);

  /** How many milliseconds a ready message may wait while a handler slot is free. */
  public static final Capability<Integer> START_BOUND_MILLIS =
      new Capability<>("start-bound-millis", Integer.class);

  /** How far newer messages may be settled beyond one that is held; undeclared: any distance. */
  public static final Capability<Integer> OUT_OF_ORDER_WINDOW =
      new Capability<>("out-of-order-window", Integer.class);

  /** First deliveries to one serial consumer follow each producer's publish order. */
  public static final Capability<Boolean> QUEUE_FIFO = flag("queue-fifo");

  /** {@link QueueSpec#singleActiveConsumer()}. */
  public static final Capability<Boolean> SINGLE_ACTIVE_CONSUMER = flag("single-active-consumer");

  /** {@link QueueSpec#exclusive()}. */
  public static final Capability<Boolean> EXCLUSIVE_QUEUE = flag("exclusive-queue");

  /** {@link QueueSpec#temporary()}. */
  public static final Capability<Boolean> TEMPORARY_QUEUE = flag("temporary-queue");

  /** Expiry of messages at delivery. */
  public static final Capability<Boolean> MESSAGE_TTL = flag("message-ttl");

  /** {@link QueueSpec#maxLength()}. */
  public static final Capability<Boolean> MAX_LENGTH = flag("max-length");

  /** The number of priorities a queue can tell apart. */
  public static final Capability<Integer> PRIORITIES =
      new Capability<>("priorities", Integer.class);

  /** {@link Queue#browse}. */
  public static final Capability<Boolean> BROWSE = flag("browse");

  /** {@link Exchange#route}. */
  public static final Capability<Boolean> DRY_RUN_ROUTING = flag("dry-run-routing");

  /**
   * Retry with delay, dead letters, redrive, exact failures. Where the backend neither delays
   * retries itself nor has {@link #LOGS}, a message that waits for its retry stays in its consumer
   * and counts towards the prefetch.
   */
  public static final Capability<Boolean> RETRY = flag("retry");

  /** Receipts of a log have the offset (L-01). */
  public static final Capability<Boolean> APPEND_OFFSET = flag("append-offset");

  /** Retention of logs by time and size. */
  public static final Capability<Boolean> LOG_RETENTION = flag("log-retention");

  /** {@link Log#at} and {@link Position#at}. */
  public static final Capability<Boolean> TIMESTAMP_SEEK = flag("timestamp-seek");

  /** {@link Log#addPartitions}. */
  public static final Capability<Boolean> ADD_PARTITIONS = flag("add-partitions");

  /** {@link Log#lag} and {@link Log#end}. */
  public static final Capability<Boolean> LOG_LAG = flag("log-lag");

  /** Plan and verify see exchanges, queues, logs and bindings. */
  public static final Capability<Boolean> OBSERVED_TOPOLOGY = flag("observed-topology");

  /** The largest body in bytes. */
  public static final Capability<Integer> MAX_BODY_BYTES =
      new Capability<>("max-body-bytes", Integer.class);

  private static final List<Capability<?>> ALL =
      List.of(
          PERSISTENT,
          QUEUES,
          EXCHANGES,
          LOGS,
          CONFIRMED_SETTLE,
          MIN_HOLD,
          START_BOUND_MILLIS,
          OUT_OF_ORDER_WINDOW,
          QUEUE_FIFO,
          SINGLE_ACTIVE_CONSUMER,
          EXCLUSIVE_QUEUE,
          TEMPORARY_QUEUE,
          MESSAGE_TTL,
          MAX_LENGTH,
          PRIORITIES,
          BROWSE,
          DRY_RUN_ROUTING,
          RETRY,
          APPEND_OFFSET,
          LOG_RETENTION,
          TIMESTAMP_SEEK,
          ADD_PARTITIONS,
          LOG_LAG,
          OBSERVED_TOPOLOGY,
          MAX_BODY_BYTES);

  private final String name;
  private final Class<T> type;

  private Capability(String name, Class<T> type) {
    this.name = requireNonNull(name, "name");
    this.type = requireNonNull(type, "type");
  }

  private static Capability<Boolean> flag(String name) {
    return new Capability<>(name, Boolean.class);
  }

  /** Returns all capabilities there are, in the order of the documentation. */
  public static List<Capability<?>> all() {
    return ALL;
  }

  /** Returns the name used in reports. */
  public String name() {
    return name;
  }

  /** Returns the type of the value. */
  public Class<T> type() {
    return type;
  }

  @Override
  public String toString() {
    return name;
  }
}
