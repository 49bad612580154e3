package dev.mq.kafka.internal.client;

import static java.util.Objects.requireNonNull;

import dev.mq.spi.BackendContext;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Makes the clients of one broker, all configured alike, and has the one admin client they share.
 * Whoever asks for another client closes it. Thread-safe.
 */
public final class KafkaClients {
  private final BackendContext context;
  private final TopicNames names;
  private final String idPrefix;
  private final AtomicLong lastId = new AtomicLong();
  private final Admin admin;
  private final KafkaTopics topics;

  /**
   * Makes the admin client. Does not wait for the cluster.
   *
   * @throws dev.mq.api.ConfigException for settings that cannot be used
   */
  public KafkaClients(BackendContext context) {
    this.context = requireNonNull(context, "context");
    this.names = new TopicNames(context.config().get(KafkaKeys.PREFIX));
    // Two clients of one name would share their entry in the JVM's management and log a warning.
    this.idPrefix =
        "mq-"
            + context.brokerName().replaceAll("[^a-zA-Z0-9._-]", "-")
            + "-"
            + HexFormat.of().toHexDigits(UUID.randomUUID().getMostSignificantBits(), 8)
            + "-";
    // All kinds are made once now, so that a bad setting fails at open.
    settings().producer();
    settings().shareConsumer();
    this.admin = Admin.create(named(settings().admin(), "admin"));
    this.topics = new KafkaTopics(this);
  }

  private ClientSettings settings() {
    return new ClientSettings(context.config());
  }

  /** Returns what the runtime gave. */
  public BackendContext context() {
    return context;
  }

  /** Returns clock and timers. */
  public TimeSource time() {
    return context.time();
  }

  /** Returns what topics and groups are called. */
  public TopicNames names() {
    return names;
  }

  /** Returns the admin client that everything of this broker shares. */
  public Admin admin() {
    return admin;
  }

  /** Returns how topics are made. */
  public KafkaTopics topics() {
    return topics;
  }

  /** Returns a client id that no other client has, with a role for the cluster's displays. */
  public String newClientId(String role) {
    return idPrefix + role + "-" + lastId.incrementAndGet();
  }

  private Map<String, Object> named(Map<String, Object> settings, String role) {
    settings.put("client.id", newClientId(role));
    return settings;
  }

  /** Makes an idempotent producer that waits for all in-sync replicas. */
  public KafkaProducer<byte[], byte[]> producer(String role) {
    return new KafkaProducer<>(
        named(settings().producer(), role), new ByteArraySerializer(), new ByteArraySerializer());
  }

  /**
   * Makes a consumer of bytes.
   *
   * @param more settings of the caller, such as the group; they win
   */
  public KafkaConsumer<byte[], byte[]> consumer(String role, Map<String, Object> more) {
    Map<String, Object> all = named(settings().consumer(), role);
    all.put("group.protocol", "consumer");
    all.put("enable.auto.commit", false);
    all.putAll(more);
    return new KafkaConsumer<>(all);
  }

  /**
   * Makes a share consumer with explicit acknowledgement.
   *
   * @param clientId from {@link #newClientId}
   * @param maxRecords the most records that it has unsettled
   */
  public KafkaShareConsumer<byte[], byte[]> shareConsumer(
      String clientId, String group, int maxRecords) {
    Map<String, Object> all = new HashMap<>(settings().shareConsumer());
    all.put("client.id", clientId);
    all.put("group.id", group);
    all.put("max.poll.records", maxRecords);
    return new KafkaShareConsumer<>(all);
  }

  /** Closes the admin client. */
  public void close(Duration timeout) {
    admin.close(timeout);
  }
}
