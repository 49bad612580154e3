package dev.mq.kafka.internal.client;

import dev.mq.spi.ConfigKey;
import java.time.Duration;
import java.util.List;

/** The keys under {@code mq.kafka.}. */
public final class KafkaKeys {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration HOUR = Duration.ofHours(1);

  /** How a user proves who he is. */
  public enum Mechanism {
    /** The password itself goes over the wire. */
    PLAIN,
    /** Challenge and response with SHA-256. */
    SCRAM_SHA_256,
    /** Challenge and response with SHA-512. */
    SCRAM_SHA_512
  }

  /** What a publish to an exchange knows of the bindings. */
  public enum TopologyRead {
    /** Every change confirmed anywhere before. */
    LINEARIZABLE,
    /** Every change this process made, and those of others a little later. */
    LOCAL
  }

  /** Where the cluster is. */
  public static final ConfigKey<String> BOOTSTRAP_SERVERS =
      ConfigKey.text(
          "mq.kafka.bootstrap-servers",
          "localhost:9092",
          "Addresses host:port of some brokers of the cluster, separated by commas.");

  /** Whether to encrypt. */
  public static final ConfigKey<Boolean> TLS =
      ConfigKey.flag(
          "mq.kafka.tls",
          false,
          "Whether to connect by TLS; also done when mq.tls.trust or mq.tls.key is set.");

  /** How to log in. */
  public static final ConfigKey<Mechanism> SASL_MECHANISM =
      ConfigKey.choice(
          "mq.kafka.sasl-mechanism",
          Mechanism.class,
          Mechanism.SCRAM_SHA_512,
          "How to log in when mq.auth.username is set.");

  /** What sets several users of one cluster apart. */
  public static final ConfigKey<String> PREFIX =
      ConfigKey.of(
          "mq.kafka.prefix",
          "up to 40 letters, digits, dots, dashes or underscores",
          "",
          "Put before the names of all topics and groups; brokers with different prefixes do not"
              + " see each other.",
          KafkaKeys::prefix);

  /** How many copies of what we make. */
  public static final ConfigKey<Long> REPLICATION_FACTOR =
      ConfigKey.number(
          "mq.kafka.replication-factor",
          0,
          0,
          Short.MAX_VALUE,
          "Replicas of topics that are made here; 0 for 3, or as many as there are brokers.");

  /** How many copies a confirmed message has. */
  public static final ConfigKey<Long> MIN_INSYNC_REPLICAS =
      ConfigKey.number(
          "mq.kafka.min-insync-replicas",
          0,
          0,
          Short.MAX_VALUE,
          "Replicas that hold a message before it is confirmed, for topics that are made here; 0"
              + " for 2 of 3 or more replicas, else 1.");

  /** How long a delivery is leased. */
  public static final ConfigKey<Duration> LEASE =
      ConfigKey.duration(
          "mq.kafka.lease",
          Duration.ofSeconds(15),
          SECOND,
          HOUR,
          "How long a message stays leased to a consumer that does not renew it, for queues that"
              + " are made here; brought into the range that the brokers allow.");

  /** How often the brokers are told to drop what is settled. */
  public static final ConfigKey<Duration> TRIM_INTERVAL =
      ConfigKey.duration(
          "mq.kafka.trim-interval",
          Duration.ofMinutes(1),
          SECOND,
          Duration.ofDays(1),
          "How often the brokers are told to drop what the consumers of a queue have settled.");

  /** What a publish knows of the bindings. */
  public static final ConfigKey<TopologyRead> TOPOLOGY_READ =
      ConfigKey.choice(
          "mq.kafka.topology.read",
          TopologyRead.class,
          TopologyRead.LINEARIZABLE,
          "Whether a publish to an exchange asks the cluster for the newest bindings first, or uses"
              + " those this process knows.");

  /** How long opening may take. */
  public static final ConfigKey<Duration> CONNECT_TIMEOUT =
      ConfigKey.duration(
          "mq.kafka.connect-timeout",
          Duration.ofSeconds(10),
          Duration.ofMillis(100),
          HOUR,
          "How long opening waits for the cluster.");

  /** How long anything but a publish may take. */
  public static final ConfigKey<Duration> OPERATION_TIMEOUT =
      ConfigKey.duration(
          "mq.kafka.operation-timeout",
          Duration.ofSeconds(30),
          SECOND,
          HOUR,
          "How long an operation on queues, logs or the topology waits for the cluster.");

  /** How long the client tries to publish. */
  public static final ConfigKey<Duration> DELIVERY_TIMEOUT =
      ConfigKey.duration(
          "mq.kafka.delivery-timeout",
          Duration.ofSeconds(30),
          SECOND,
          HOUR,
          "How long the client goes on trying to publish a message that it took.");

  /** How long a publish may block. */
  public static final ConfigKey<Duration> MAX_BLOCK =
      ConfigKey.duration(
          "mq.kafka.max-block",
          Duration.ofSeconds(10),
          Duration.ofMillis(10),
          HOUR,
          "How long the client may hold up a publish because it does not know where to send it or"
              + " its buffer is full.");

  /** All of them, in the order of the documentation. */
  public static final List<ConfigKey<?>> ALL =
      List.of(
          BOOTSTRAP_SERVERS,
          TLS,
          SASL_MECHANISM,
          PREFIX,
          REPLICATION_FACTOR,
          MIN_INSYNC_REPLICAS,
          LEASE,
          TRIM_INTERVAL,
          TOPOLOGY_READ,
          CONNECT_TIMEOUT,
          OPERATION_TIMEOUT,
          DELIVERY_TIMEOUT,
          MAX_BLOCK);

  private KafkaKeys() {}

  private static String prefix(String s) {
    if (s.matches("[a-zA-Z0-9._-]{0,40}")) {
      return s;
    }
    throw new IllegalArgumentException(
        "expected up to 40 letters, digits, dots, dashes or underscores");
  }
}
