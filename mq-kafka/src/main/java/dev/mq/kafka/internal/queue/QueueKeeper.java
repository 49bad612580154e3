package dev.mq.kafka.internal.queue;

import dev.mq.kafka.internal.client.KafkaClients;
import dev.mq.kafka.internal.client.KafkaKeys;
import dev.mq.spi.TimeSource.Timer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the queues that are consumed here: notices those that were deleted elsewhere, and has
 * the brokers drop what all consumers have settled. Thread-safe; blocks no thread.
 */
final class QueueKeeper {
  private static final Logger LOG = LoggerFactory.getLogger(QueueKeeper.class);
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** How often in a row a queue must be missing: a broker that starts may not know all at once. */
  private static final int MISSES = 3;

  private final KafkaClients clients;
  private final Set<KafkaSubscription> subscriptions;
  private final Map<KafkaQueue, Integer> missing = new ConcurrentHashMap<>();
  private final Map<TopicPartition, Long> trimmed = new ConcurrentHashMap<>();
  private final long trimEvery;
  private volatile boolean closed;
  private volatile @Nullable Timer timer;
  private long looks;

  QueueKeeper(KafkaClients clients, Set<KafkaSubscription> subscriptions) {
    this.clients = clients;
    this.subscriptions = subscriptions;
    this.trimEvery =
        Math.max(
            1,
            clients.context().config().get(KafkaKeys.TRIM_INTERVAL).toMillis() / LOOK.toMillis());
  }

  void start() {
    timer = clients.time().schedule(LOOK, this::look);
  }

  void close() {
    closed = true;
    Timer t = timer;
    if (t != null) {
      t.cancel();
    }
  }

  private void look() {
    if (closed) {
      return;
    }
    try {
      Map<String, KafkaQueue> queues =
          subscriptions.stream()
              .map(KafkaSubscription::queue)
              .distinct()
              .collect(Collectors.toMap(KafkaQueue::topic, q -> q));
      missing.keySet().retainAll(queues.values());
      if (!queues.isEmpty()) {
        checkExistence(queues);
        if (++looks % trimEvery == 0) {
          trim(queues.values());
        }
      }
    } catch (IllegalStateException e) {
      LOG.debug("the admin client is closed", e);
    } finally {
      start();
    }
  }

  private void checkExistence(Map<String, KafkaQueue> queues) {
    clients
        .admin()
        .describeTopics(queues.keySet())
        .topicNameValues()
        .forEach(
            (topic, answer) -> {
              KafkaQueue queue = queues.get(topic);
              var unused = answer.whenComplete((there, error) -> looked(queue, error));
            });
  }

  private void looked(@Nullable KafkaQueue queue, @Nullable Throwable error) {
    if (queue == null) {
      return;
    }
    Throwable e =
        error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    if (!(e instanceof UnknownTopicOrPartitionException)) {
      missing.remove(queue);
    } else if (missing.merge(queue, 1, Integer::sum) >= MISSES) {
      for (KafkaSubscription s : subscriptions) {
        if (s.queue().equals(queue)) {
          s.cancel(KafkaQueues.deleted(queue));
        }
      }
    }
  }

  private void trim(Iterable<KafkaQueue> queues) {
    Map<String, ListShareGroupOffsetsSpec> groups = new HashMap<>();
    queues.forEach(q -> groups.put(q.topic(), new ListShareGroupOffsetsSpec()));
    var answers = clients.admin().listShareGroupOffsets(groups);
    for (String group : groups.keySet()) {
      var unused =
          answers
              .partitionsToOffsetInfo(group)
              .whenComplete(
                  (offsets, error) -> {
                    if (error == null) {
                      offsets.forEach(this::trim);
                    }
                  });
    }
  }

  /** The start of a group lies at or below its oldest unsettled record. */
  private void trim(TopicPartition partition, @Nullable SharePartitionOffsetInfo info) {
    if (closed || info == null || info.startOffset() <= trimmed.getOrDefault(partition, 0L)) {
      return;
    }
    long start = info.startOffset();
    var unused =
        clients
            .admin()
            .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(start)))
            .all()
            .whenComplete(
                (done, error) -> {
                  if (error == null) {
                    trimmed.put(partition, start);
                  } else {
                    LOG.debug("cannot trim {}", partition, error);
                  }
                });
  }
}
