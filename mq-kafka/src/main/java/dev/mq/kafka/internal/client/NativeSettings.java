package dev.mq.kafka.internal.client;

import static java.util.Objects.requireNonNull;

import dev.mq.api.ConfigException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.jspecify.annotations.Nullable;

/**
 * The settings under {@code mq.kafka.native.}: each goes to every client that knows it; one with
 * the prefix {@code producer.}, {@code consumer.} or {@code admin.} to that kind alone. Immutable.
 */
final class NativeSettings {
  /** The kinds of clients that settings are for. */
  enum Kind {
    PRODUCER("producer."),
    CONSUMER("consumer."),
    ADMIN("admin.");

    private final String prefix;

    Kind(String prefix) {
      this.prefix = prefix;
    }

    private boolean knows(String setting) {
      Set<String> known =
          switch (this) {
            case PRODUCER -> ProducerConfig.configNames();
            case CONSUMER -> ConsumerConfig.configNames();
            case ADMIN -> AdminClientConfig.configNames();
          };
      return known.contains(setting);
    }
  }

  private static final String GROUP = "groups belong to the backend";
  private static final String BYTES = "records are bytes here";
  private static final String LEASES = "leases depend on it";
  private static final String POSITIONS = "the program's start position and commits decide";
  private static final String CONFIRMED = "a confirmed message would not be safe";
  private static final String ORDER = "the order of messages would not be kept";

  /** What would break a guarantee, and how. What has a key of ours is refused as well. */
  private static final Map<String, String> REFUSED =
      Map.ofEntries(
          Map.entry("acks", CONFIRMED),
          Map.entry("enable.idempotence", CONFIRMED + ", and " + ORDER),
          Map.entry("retries", ORDER + " by a program that tries again; use delivery-timeout"),
          Map.entry("transactional.id", "every publisher is a producer of its own"),
          Map.entry("transaction.two.phase.commit.enable", "there are no transactions here"),
          Map.entry("partitioner.class", "the partitioner of the program's producer decides"),
          Map.entry("interceptor.classes", "what is published must arrive equal"),
          Map.entry("key.serializer", BYTES),
          Map.entry("value.serializer", BYTES),
          Map.entry("key.deserializer", BYTES),
          Map.entry("value.deserializer", BYTES),
          Map.entry("group.id", GROUP),
          Map.entry("group.instance.id", GROUP),
          Map.entry("group.protocol", GROUP),
          Map.entry("group.remote.assignor", GROUP),
          Map.entry("partition.assignment.strategy", GROUP),
          Map.entry("enable.auto.commit", POSITIONS),
          Map.entry("auto.commit.interval.ms", POSITIONS),
          Map.entry("auto.offset.reset", POSITIONS),
          Map.entry("isolation.level", "aborted records would be seen"),
          Map.entry("max.poll.records", "the prefetch of the program's consumer decides"),
          Map.entry("max.poll.interval.ms", "the runtime watches its consumers itself"),
          Map.entry("share.acknowledgement.mode", LEASES),
          Map.entry("share.acquire.mode", LEASES),
          Map.entry("client.id", "the broker's own displays rest on it"),
          Map.entry("bootstrap.servers", "use mq.kafka.bootstrap-servers"),
          Map.entry("delivery.timeout.ms", "use mq.kafka.delivery-timeout"),
          Map.entry("max.block.ms", "use mq.kafka.max-block"),
          Map.entry("default.api.timeout.ms", "use mq.kafka.operation-timeout"));

  private static final String IN_FLIGHT = "max.in.flight.requests.per.connection";

  private final Map<Kind, Map<String, String>> settings = new EnumMap<>(Kind.class);

  /**
   * Sorts settings by kind.
   *
   * @throws ConfigException for one that is refused, with the reason, or that no client knows
   */
  NativeSettings(Map<String, String> all) {
    for (Kind kind : Kind.values()) {
      settings.put(kind, new LinkedHashMap<>());
    }
    // Plain ones first, so that one for a single kind wins whatever the order they come in.
    Map<String, String> sorted = new TreeMap<>(all);
    sorted.forEach((name, value) -> put(name, value, false));
    sorted.forEach((name, value) -> put(name, value, true));
  }

  private void put(String name, String value, boolean forOneKind) {
    Kind only = only(name);
    if ((only != null) != forOneKind) {
      return;
    }
    String plain = only == null ? name : name.substring(only.prefix.length());
    check(name, plain, value);
    boolean known = false;
    for (Kind kind : Kind.values()) {
      if ((only == null || only == kind) && kind.knows(plain)) {
        of(kind).put(plain, value);
        known = true;
      }
    }
    if (!known) {
      throw new ConfigException(
          "mq.kafka.native." + name + ": the Kafka client has no such setting");
    }
  }

  private static @Nullable Kind only(String name) {
    for (Kind kind : Kind.values()) {
      if (name.startsWith(kind.prefix)) {
        return kind;
      }
    }
    return null;
  }

  private static void check(String name, String plain, String value) {
    String why = REFUSED.get(plain);
    if (why == null && plain.equals(IN_FLIGHT) && !value.strip().matches("[1-5]")) {
      why = "with more than 5 " + ORDER;
    }
    if (why != null) {
      throw new ConfigException("mq.kafka.native." + name + " cannot be set: " + why);
    }
  }

  /** Returns the settings for a kind of client. */
  Map<String, String> of(Kind kind) {
    return requireNonNull(settings.get(kind));
  }
}
