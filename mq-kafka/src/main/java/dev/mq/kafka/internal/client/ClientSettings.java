package dev.mq.kafka.internal.client;

import dev.mq.api.ConfigException;
import dev.mq.kafka.internal.client.NativeSettings.Kind;
import dev.mq.spi.BackendConfig;
import dev.mq.spi.CommonKeys;
import dev.mq.spi.ConfigKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What the clients of one broker are configured with. Immutable.
 *
 * <p>In this order, later ones win: what suits most programs, the program's native settings, what a
 * guarantee or a key of ours needs. A native setting of the last sort is refused.
 */
final class ClientSettings {
  private static final Set<String> NOT_FOR_SHARE_GROUPS =
      Set.of("session.timeout.ms", "heartbeat.interval.ms", "auto.commit.interval.ms");

  private final BackendConfig config;
  private final NativeSettings natives;

  ClientSettings(BackendConfig config) {
    this.config = config;
    this.natives = new NativeSettings(config.nativeSettings());
  }

  Map<String, Object> admin() {
    Map<String, Object> fixed = common();
    fixed.put("default.api.timeout.ms", millis(KafkaKeys.OPERATION_TIMEOUT));
    return merge(Kind.ADMIN, Map.of("request.timeout.ms", requestTimeout()), fixed);
  }

  Map<String, Object> producer() {
    Map<String, Object> fixed = common();
    fixed.put("acks", "all");
    fixed.put("enable.idempotence", true);
    fixed.put("delivery.timeout.ms", millis(KafkaKeys.DELIVERY_TIMEOUT));
    fixed.put("max.block.ms", millis(KafkaKeys.MAX_BLOCK));
    // The producer wants linger and request timeout to fit into the delivery timeout.
    int delivery = millis(KafkaKeys.DELIVERY_TIMEOUT);
    Map<String, Object> usual =
        Map.of("linger.ms", 0, "request.timeout.ms", Math.min(10_000, delivery / 2));
    return merge(Kind.PRODUCER, usual, fixed);
  }

  /** Returns what consumers without a group, consumers with one and share consumers have alike. */
  Map<String, Object> consumer() {
    Map<String, Object> fixed = common();
    fixed.put("default.api.timeout.ms", millis(KafkaKeys.OPERATION_TIMEOUT));
    fixed.put("max.poll.interval.ms", Integer.MAX_VALUE);
    // The client warns of a connection that may be closed for idleness sooner than a member is.
    fixed.put("connections.max.idle.ms", (long) Integer.MAX_VALUE);
    fixed.put("key.deserializer", ByteArrayDeserializer.class);
    fixed.put("value.deserializer", ByteArrayDeserializer.class);
    return merge(Kind.CONSUMER, Map.of("request.timeout.ms", requestTimeout()), fixed);
  }

  Map<String, Object> shareConsumer() {
    Map<String, Object> all = consumer();
    all.keySet().removeAll(NOT_FOR_SHARE_GROUPS);
    all.put("share.acknowledgement.mode", "explicit");
    all.put("share.acquire.mode", "record_limit");
    return all;
  }

  private int requestTimeout() {
    return Math.min(10_000, millis(KafkaKeys.OPERATION_TIMEOUT));
  }

  private int millis(ConfigKey<Duration> key) {
    return (int) config.get(key).toMillis();
  }

  private Map<String, Object> merge(
      Kind kind, Map<String, Object> usual, Map<String, Object> fixed) {
    Map<String, Object> all = new HashMap<>(usual);
    natives
        .of(kind)
        .forEach(
            (name, value) -> {
              if (fixed.containsKey(name)) {
                throw new ConfigException(
                    "mq.kafka.native." + name + " cannot be set: a key of mq sets it");
              }
              all.put(name, value);
            });
    all.putAll(fixed);
    return all;
  }

  /** Returns addresses and security, and switches off what would run unasked. */
  private Map<String, Object> common() {
    Map<String, Object> all = new HashMap<>();
    all.put("bootstrap.servers", config.get(KafkaKeys.BOOTSTRAP_SERVERS));
    all.put("metric.reporters", "");
    all.put("enable.metrics.push", false);
    boolean sasl = config.find(CommonKeys.AUTH_USERNAME).isPresent();
    boolean tls =
        config.get(KafkaKeys.TLS)
            || config.find(CommonKeys.TLS_TRUST).isPresent()
            || config.find(CommonKeys.TLS_KEY).isPresent();
    if (sasl || tls) {
      all.put("security.protocol", (sasl ? "SASL_" : "") + (tls ? "SSL" : "PLAINTEXT"));
    }
    if (sasl) {
      sasl(all);
    }
    if (tls) {
      tls(all);
    }
    return all;
  }

  private void sasl(Map<String, Object> all) {
    KafkaKeys.Mechanism mechanism = config.get(KafkaKeys.SASL_MECHANISM);
    String module =
        mechanism == KafkaKeys.Mechanism.PLAIN
            ? "org.apache.kafka.common.security.plain.PlainLoginModule"
            : "org.apache.kafka.common.security.scram.ScramLoginModule";
    all.put("sasl.mechanism", mechanism.name().replace('_', '-'));
    all.put("sasl.jaas.config", module + " required;");
    all.put("sasl.client.callback.handler.class", KafkaCredentials.class);
    all.put(KafkaCredentials.CONFIG, config);
  }

  private void tls(Map<String, Object> all) {
    config
        .find(CommonKeys.TLS_TRUST)
        .ifPresent(
            path -> {
              all.put("ssl.truststore.type", "PEM");
              all.put("ssl.truststore.location", path);
            });
    config
        .find(CommonKeys.TLS_KEY)
        .ifPresent(
            path -> {
              all.put("ssl.keystore.type", "PEM");
              all.put("ssl.keystore.location", path);
            });
    config.find(CommonKeys.TLS_KEY_PASSWORD).ifPresent(p -> all.put("ssl.key.password", p));
    if (!config.get(CommonKeys.TLS_VERIFY_HOSTNAME)) {
      all.put("ssl.endpoint.identification.algorithm", "");
    }
  }
}
