package dev.mq.kafka.internal.queue;

import static java.util.Objects.requireNonNull;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.QueueSpec;
import dev.mq.kafka.internal.client.Futures;
import dev.mq.kafka.internal.client.KafkaClients;
import dev.mq.kafka.internal.client.KafkaKeys;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.QueueDriver;
import dev.mq.spi.QueueSubscription;
import dev.mq.spi.QueueTraits;
import dev.mq.spi.SubscribeOptions;
import dev.mq.spi.SubscriptionListener;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/**
 * The queues of a cluster as one session sees them: a topic and a share group per queue and
 * incarnation. Thread-safe.
 */
public final class KafkaQueues implements QueueDriver {
  private static final Map<String, String> TOPIC =
      Map.of(
          "cleanup.policy", "delete",
          "retention.ms", "-1",
          "retention.bytes", "-1",
          "message.timestamp.type", "LogAppendTime");

  private final KafkaClients clients;
  private final ShareLimits limits;
  private final Set<KafkaSubscription> subscriptions = ConcurrentHashMap.newKeySet();
  private final QueueKeeper keeper;

  /** Creates the driver. */
  public KafkaQueues(KafkaClients clients, ShareLimits limits) {
    this.clients = clients;
    this.limits = limits;
    this.keeper = new QueueKeeper(clients, subscriptions);
  }

  /** Starts to look after the queues that are consumed here. */
  public void start() {
    keeper.start();
  }

  @Override
  public QueueTraits traits() {
    return new QueueTraits(false, limits.maxDeliveries());
  }

  @Override
  public BackendQueue create(QueueSpec spec, String incarnation) {
    KafkaQueue queue = queue(spec.name(), incarnation);
    KafkaFuture<Void> configured = alterGroup(queue, AlterConfigOp.OpType.SET);
    clients.topics().create(queue.topic(), 1, TOPIC);
    Futures.get(configured);
    // Makes the group, and has it begin with the first record, also before anybody joins.
    clients
        .topics()
        .untilKnown(
            queue.topic(),
            () ->
                clients
                    .admin()
                    .alterShareGroupOffsets(queue.topic(), Map.of(queue.partition(), 0L))
                    .all());
    return queue;
  }

  private KafkaFuture<Void> alterGroup(KafkaQueue queue, AlterConfigOp.OpType type) {
    long lease = clients.context().config().get(KafkaKeys.LEASE).toMillis();
    Collection<AlterConfigOp> ops =
        limits.groupConfig(lease).entrySet().stream()
            .map(e -> new AlterConfigOp(new ConfigEntry(e.getKey(), e.getValue()), type))
            .toList();
    return alterGroup(queue, ops);
  }

  private KafkaFuture<Void> alterGroup(KafkaQueue queue, Collection<AlterConfigOp> ops) {
    return clients.admin().incrementalAlterConfigs(Map.of(group(queue), ops)).all();
  }

  private static ConfigResource group(KafkaQueue queue) {
    return new ConfigResource(ConfigResource.Type.GROUP, queue.topic());
  }

  private KafkaQueue queue(String name, String incarnation) {
    return new KafkaQueue(name, clients.names().queue(name, incarnation));
  }

  @Override
  public BackendQueue open(String name, String incarnation) {
    KafkaQueue queue = queue(name, incarnation);
    checkExists(queue, "open");
    return queue;
  }

  private void checkExists(KafkaQueue queue, String operation) {
    if (clients.topics().describe(queue.topic()).isEmpty()) {
      throw new NotFoundException(
          operation + " queue:" + queue.name() + ": there is no such queue");
    }
  }

  @Override
  public void delete(String name, String incarnation) {
    KafkaQueue queue = queue(name, incarnation);
    for (KafkaSubscription s : subscriptions) {
      if (s.queue().equals(queue)) {
        s.cancel(deleted(queue));
      }
    }
    if (clients.topics().describe(queue.topic()).isPresent()) {
      new GroupRemoval(clients, queue.topic()).run();
      clients.topics().delete(queue.topic());
      forget(queue);
    }
  }

  /** Takes the group's settings back; does not wait, for nobody reads them any more. */
  private void forget(KafkaQueue queue) {
    var unused = alterGroup(queue, AlterConfigOp.OpType.DELETE);
  }

  /** Returns what consumers of a deleted queue are told. */
  static NotFoundException deleted(KafkaQueue queue) {
    return new NotFoundException("consume queue:" + queue.name() + ": the queue was deleted");
  }

  @Override
  public long depth(BackendQueue queue) {
    KafkaQueue q = own(queue);
    TopicPartition p = q.partition();
    var group =
        clients
            .admin()
            .listShareGroupOffsets(Map.of(q.topic(), new ListShareGroupOffsetsSpec()))
            .partitionsToOffsetInfo(q.topic());
    var first = clients.admin().listOffsets(Map.of(p, OffsetSpec.earliest())).partitionResult(p);
    var end = clients.admin().listOffsets(Map.of(p, OffsetSpec.latest())).partitionResult(p);
    long stored = Futures.get(end).offset() - Futures.get(first).offset();
    SharePartitionOffsetInfo info = Futures.get(group).get(p);
    long unsettled = info == null ? stored : info.lag().orElse(stored);
    // The group learns of a purge only when somebody consumes.
    return Math.min(stored, unsettled);
  }

  @Override
  public long purge(BackendQueue queue) {
    KafkaQueue q = own(queue);
    long waiting = depth(q);
    Futures.get(
        clients
            .admin()
            .deleteRecords(Map.of(q.partition(), RecordsToDelete.beforeOffset(-1)))
            .all());
    return waiting;
  }

  @Override
  public QueueSubscription subscribe(
      BackendQueue queue, SubscribeOptions options, SubscriptionListener listener) {
    KafkaQueue q = own(queue);
    var config = clients.admin().describeConfigs(List.of(group(q))).all();
    checkExists(q, "consume");
    Config group = requireNonNull(Futures.get(config).get(group(q)));
    long lease = number(group, ShareLimits.LEASE) * 1_000_000;
    if (number(group, ShareLimits.DELIVERIES) < limits.maxDeliveries()) {
      raiseDeliveries(q);
    }
    KafkaSubscription s =
        new KafkaSubscription(clients, q, options, lease, listener, subscriptions::remove);
    try {
      s.open();
      subscriptions.add(s);
      return s;
    } catch (RuntimeException e) {
      s.close();
      throw e;
    }
  }

  /** Returns a setting of a group; the client itself knows none before it was handed a record. */
  private static long number(Config group, String name) {
    ConfigEntry entry = group.get(name);
    if (entry == null || entry.value() == null) {
      throw new MqException(ErrorCode.BACKEND_FAILURE, "the group does not tell its " + name);
    }
    return Long.parseLong(entry.value());
  }

  /**
   * Gives a queue what the traits say: the runtime goes by that, and the cluster would drop a
   * message before. Whoever made the queue may have known of a lower limit, or of none.
   */
  private void raiseDeliveries(KafkaQueue queue) {
    ConfigEntry highest =
        new ConfigEntry(ShareLimits.DELIVERIES, Integer.toString(limits.maxDeliveries()));
    Futures.get(alterGroup(queue, List.of(new AlterConfigOp(highest, AlterConfigOp.OpType.SET))));
  }

  private static KafkaQueue own(BackendQueue queue) {
    if (queue instanceof KafkaQueue q) {
      return q;
    }
    throw new MqException(
        ErrorCode.INVALID_ARGUMENT, "queue:" + queue.name() + " is of another backend");
  }

  /** Stops looking after queues. */
  public void close() {
    keeper.close();
  }
}
