package dev.mq.rabbit.internal.connect;

import dev.mq.spi.ConfigKey;
import java.time.Duration;
import java.util.List;

/** The configuration keys of the backend. */
public final class RabbitKeys {
  /** Where the brokers are. */
  public static final ConfigKey<List<Endpoint>> URIS =
      ConfigKey.of(
          "mq.rabbit.uris",
          "addresses, separated by commas",
          "amqp://localhost",
          "Addresses of the nodes, amqp://HOST:5672/VIRTUAL-HOST or amqps://HOST:5671/VIRTUAL-HOST,"
              + " tried in turn. They may hold user and password; mq.auth.username and"
              + " mq.auth.password win.",
          Endpoint::parseAmqp);

  /** Where the stream protocol is. */
  public static final ConfigKey<List<Endpoint>> STREAM_URIS =
      ConfigKey.of(
          "mq.rabbit.stream-uris",
          "addresses, separated by commas",
          null,
          "Addresses for logs, rabbitmq-stream://HOST:5552 or rabbitmq-stream+tls://HOST:5551;"
              + " without it the hosts of mq.rabbit.uris with these default numbers. Virtual host"
              + " and credentials are those of mq.rabbit.uris.",
          Endpoint::parseStream);

  /** How long one address may take. */
  public static final ConfigKey<Duration> CONNECT_TIMEOUT =
      ConfigKey.duration(
          "mq.rabbit.connect-timeout",
          Duration.ofSeconds(10),
          Duration.ofMillis(100),
          Duration.ofMinutes(2),
          "How long connecting to one address may take, and as long again the login.");

  /** How soon a silent peer is noticed. */
  public static final ConfigKey<Duration> HEARTBEAT =
      ConfigKey.duration(
          "mq.rabbit.heartbeat",
          Duration.ofSeconds(10),
          Duration.ofSeconds(1),
          Duration.ofMinutes(10),
          "Time between heartbeats; a peer silent for two of them counts as lost. Whole seconds.");

  /** How long an answer of the broker may take. */
  public static final ConfigKey<Duration> RPC_TIMEOUT =
      ConfigKey.duration(
          "mq.rabbit.rpc-timeout",
          Duration.ofSeconds(15),
          Duration.ofSeconds(1),
          Duration.ofMinutes(2),
          "How long the broker may take to answer a declaration or another single operation.");

  /** The first wait before connecting again. */
  public static final ConfigKey<Duration> RECOVERY_FIRST =
      ConfigKey.duration(
          "mq.rabbit.recovery-first",
          Duration.ofMillis(200),
          Duration.ofMillis(1),
          Duration.ofMinutes(1),
          "The wait before a lost connection is made again for the first time; doubles each time.");

  /** The longest wait before connecting again. */
  public static final ConfigKey<Duration> RECOVERY_MAX =
      ConfigKey.duration(
          "mq.rabbit.recovery-max",
          Duration.ofSeconds(3),
          Duration.ofMillis(1),
          Duration.ofMinutes(10),
          "The longest wait between two attempts to connect again; four times as long after"
              + " credentials were refused.");

  /** Of which type queues are made. */
  public static final ConfigKey<QueueType> QUEUE_TYPE =
      ConfigKey.choice(
          "mq.rabbit.queue-type",
          QueueType.class,
          QueueType.QUORUM,
          "The type of the queues made here. Exclusive, temporary and transient queues, and those"
              + " with priorities where quorum queues have none, are classic in any case.");

  /** How long a new queue is not used. */
  public static final ConfigKey<Duration> NEW_QUEUE_WAIT =
      ConfigKey.duration(
          "mq.rabbit.new-queue-wait",
          Duration.ofSeconds(1),
          Duration.ZERO,
          Duration.ofMinutes(1),
          "How long a declaration waits after it made a quorum queue, once for all queues in it: a"
              + " node that is killed shortly after it made a queue forgets it with its messages."
              + " 0 where clusters make that harmless.");

  /** How long a publish waits while the broker takes none. */
  public static final ConfigKey<Duration> BLOCKED_TIMEOUT =
      ConfigKey.duration(
          "mq.rabbit.blocked-timeout",
          Duration.ofSeconds(5),
          Duration.ZERO,
          Duration.ofMinutes(10),
          "How long a publish waits while the broker blocks publishers, before it fails"
              + " definitely. One whose bytes the broker stops reading halfway ends its connection"
              + " after that time and a quarter of mq.rabbit.confirm-timeout; its outcome is"
              + " unknown.");

  /** How long a confirm may take before its channel is given up. */
  public static final ConfigKey<Duration> CONFIRM_TIMEOUT =
      ConfigKey.duration(
          "mq.rabbit.confirm-timeout",
          Duration.ofSeconds(10),
          Duration.ofSeconds(1),
          Duration.ofHours(1),
          "How long a message may wait for its confirm before its channel is given up, and the"
              + " outcome of all that wait on it is unknown. A queue that had no leader may never"
              + " confirm.");

  /** How far the broker's own limit lies behind a message's time to live. */
  public static final ConfigKey<Duration> EXPIRY_GRACE =
      ConfigKey.duration(
          "mq.rabbit.expiry-grace",
          Duration.ofHours(1),
          Duration.ZERO,
          Duration.ofDays(30),
          "How much longer than its time to live the broker keeps a message, so that consumers find"
              + " it expired and dead-letter it; with 0 the broker removes it silently.");

  /** The largest body. */
  public static final ConfigKey<Long> MAX_BODY_BYTES =
      ConfigKey.number(
          "mq.rabbit.max-body-bytes",
          16 << 20,
          1,
          512 << 20,
          "The largest body in bytes that is published; at most max_message_size of the broker.");

  /** All of them, in the order of the documentation. */
  public static final List<ConfigKey<?>> ALL =
      List.of(
          URIS,
          STREAM_URIS,
          CONNECT_TIMEOUT,
          HEARTBEAT,
          RPC_TIMEOUT,
          RECOVERY_FIRST,
          RECOVERY_MAX,
          QUEUE_TYPE,
          NEW_QUEUE_WAIT,
          BLOCKED_TIMEOUT,
          CONFIRM_TIMEOUT,
          EXPIRY_GRACE,
          MAX_BODY_BYTES);

  private RabbitKeys() {}

  /** Types of queues. */
  public enum QueueType {
    /** Replicated by consensus. */
    QUORUM,
    /** On one node. */
    CLASSIC
  }
}
