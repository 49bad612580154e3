package dev.mq.kafka.internal.client;

import static java.util.Objects.requireNonNull;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.LeaderNotAvailableException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/**
 * Makes topics that are safe to publish to at once. Thread-safe.
 *
 * <p>A topic is ready when the leader of each partition has answered: a burst into a topic before
 * that can lose records (KAFKA-15591).
 */
public final class KafkaTopics {
  private static final long FIRST_PAUSE = Duration.ofMillis(2).toNanos();
  private static final long LONGEST_PAUSE = Duration.ofMillis(100).toNanos();
  private static final int USUAL_REPLICAS = 3;

  private final KafkaClients clients;

  KafkaTopics(KafkaClients clients) {
    this.clients = clients;
  }

  /**
   * Makes a topic, or finds it made already, and returns once it is ready.
   *
   * @param config configuration of the topic; replicas and their minimum come from our keys
   * @return whether this call made it
   */
  public boolean create(String topic, int partitions, Map<String, String> config) {
    boolean made = true;
    try {
      Futures.get(clients.admin().createTopics(List.of(newTopic(topic, partitions, config))).all());
    } catch (TopicExistsException e) {
      made = false;
    }
    if (made) {
      awaitReady(topic, partitions);
    } else {
      awaitReady(topic, describe(topic).map(d -> d.partitions().size()).orElse(partitions));
    }
    return made;
  }

  private NewTopic newTopic(String topic, int partitions, Map<String, String> config) {
    long asked = clients.context().config().get(KafkaKeys.REPLICATION_FACTOR);
    long replicas = asked > 0 ? asked : Math.min(USUAL_REPLICAS, brokers());
    long askedMin = clients.context().config().get(KafkaKeys.MIN_INSYNC_REPLICAS);
    long min = askedMin > 0 ? askedMin : replicas >= USUAL_REPLICAS ? 2 : 1;
    Map<String, String> all = new HashMap<>(config);
    all.put("min.insync.replicas", Long.toString(min));
    return new NewTopic(topic, partitions, (short) replicas).configs(all);
  }

  /**
   * Returns how many brokers the cluster has: also those that are down, for a topic keeps the
   * number of replicas that it was made with.
   */
  private int brokers() {
    DescribeClusterOptions all = new DescribeClusterOptions().includeFencedBrokers(true);
    try {
      return Futures.get(clients.admin().describeCluster(all).nodes()).size();
    } catch (UnsupportedVersionException e) {
      // Brokers before 4.0 tell of those that are up only.
      return Futures.get(clients.admin().describeCluster().nodes()).size();
    }
  }

  /** Returns once the leader of each partition answers. */
  public void awaitReady(String topic, int partitions) {
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    for (int p = 0; p < partitions; p++) {
      ends.put(new TopicPartition(topic, p), OffsetSpec.latest());
    }
    // Asked first, because the client logs an error when offsets of an unknown topic are asked for.
    untilKnown(topic, () -> clients.admin().describeTopics(List.of(topic)).allTopicNames());
    untilKnown(topic, () -> clients.admin().listOffsets(ends).all());
  }

  /** Returns what the cluster knows of a topic, if it exists. */
  public Optional<TopicDescription> describe(String topic) {
    try {
      return Optional.of(
          requireNonNull(
              Futures.get(clients.admin().describeTopics(List.of(topic)).allTopicNames())
                  .get(topic)));
    } catch (UnknownTopicOrPartitionException e) {
      return Optional.empty();
    }
  }

  /** Deletes a topic; one that is not there changes nothing. */
  public void delete(String topic) {
    try {
      Futures.get(clients.admin().deleteTopics(List.of(topic)).all());
    } catch (UnknownTopicOrPartitionException e) {
      // It is gone, which is what was asked for.
    }
  }

  /**
   * Calls again until it does not fail because a part of the cluster has not heard of a topic yet:
   * other parts of it learn of a new topic a little later than its creator does.
   */
  public <T> T untilKnown(String topic, Supplier<? extends Future<T>> call) {
    long limit = clients.context().config().get(KafkaKeys.OPERATION_TIMEOUT).toNanos();
    long start = clients.time().nanoTime();
    long pause = FIRST_PAUSE;
    while (true) {
      try {
        return Futures.get(call.get());
      } catch (UnknownTopicOrPartitionException
          | LeaderNotAvailableException
          | NotLeaderOrFollowerException e) {
        if (clients.time().nanoTime() - start > limit) {
          throw new MqException(
              ErrorCode.UNAVAILABLE, false, true, "topic " + topic + " does not get ready", e);
        }
      }
      LockSupport.parkNanos(this, pause);
      if (Thread.currentThread().isInterrupted()) {
        throw new MqException(
            ErrorCode.INTERRUPTED,
            false,
            true,
            "interrupted while topic " + topic + " gets ready",
            null);
      }
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
  }
}
