package dev.mq.kafka.internal.queue;

import static java.util.Objects.requireNonNull;

import dev.mq.kafka.internal.client.Futures;
import dev.mq.kafka.internal.client.KafkaClients;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the brokers allow share groups.
 *
 * @param known whether the brokers told; else their documented defaults
 * @param maxDeliveries the highest limit of deliveries of one message
 * @param maxRecords the most records of a partition from the oldest unsettled to the newest leased
 */
public record ShareLimits(
    boolean known, long minLeaseMillis, long maxLeaseMillis, int maxDeliveries, int maxRecords) {
  static final String LEASE = "share.record.lock.duration.ms";
  static final String DELIVERIES = "share.delivery.count.limit";

  private static final Logger LOG = LoggerFactory.getLogger(ShareLimits.class);
  private static final ShareLimits STOCK = new ShareLimits(false, 15_000, 60_000, 5, 2_000);

  /** Asks a broker. */
  public static ShareLimits read(KafkaClients clients) {
    try {
      Node node = Futures.get(clients.admin().describeCluster().nodes()).iterator().next();
      ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, node.idString());
      Config config =
          requireNonNull(
              Futures.get(clients.admin().describeConfigs(List.of(broker)).all()).get(broker));
      return new ShareLimits(
          true,
          number(config, "group.share.min.record.lock.duration.ms", STOCK.minLeaseMillis),
          number(config, "group.share.max.record.lock.duration.ms", STOCK.maxLeaseMillis),
          (int) number(config, "group.share.max.delivery.count.limit", 10),
          (int) number(config, "group.share.max.partition.max.record.locks", STOCK.maxRecords));
    } catch (KafkaException e) {
      LOG.debug("the brokers do not tell their limits, taking the usual ones", e);
      return STOCK;
    }
  }

  private static long number(Config config, String name, long otherwise) {
    ConfigEntry entry = config.get(name);
    return entry == null || entry.value() == null ? otherwise : Long.parseLong(entry.value());
  }

  /** Returns the lease of a new queue: the one wanted, brought into the brokers' range. */
  public long lease(long wantedMillis) {
    return Math.max(minLeaseMillis, Math.min(maxLeaseMillis, wantedMillis));
  }

  /** Returns the configuration of a new queue's group. */
  Map<String, String> groupConfig(long leaseMillis) {
    Map<String, String> config = new HashMap<>();
    config.put("share.auto.offset.reset", "earliest");
    config.put(LEASE, Long.toString(lease(leaseMillis)));
    if (known) {
      config.put(DELIVERIES, Integer.toString(maxDeliveries));
      config.put("share.partition.max.record.locks", Integer.toString(maxRecords));
    }
    return config;
  }
}
