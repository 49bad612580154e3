package dev.mq.kafka.internal.log;

import static java.util.Objects.requireNonNull;

import dev.mq.api.NotFoundException;
import dev.mq.kafka.internal.client.KafkaClients;
import dev.mq.kafka.internal.client.KafkaTarget;
import dev.mq.spi.BackendLog;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * A log: a topic. Thread-safe.
 *
 * <p>What is known of the topic is looked at again, without waiting, by the first use that finds it
 * older than {@link #STALE}: who uses a log at least that often sees partitions that others added
 * after that time and one round trip more.
 */
public final class KafkaLog implements BackendLog, KafkaTarget {
  static final Duration STALE = Duration.ofSeconds(2);

  /** A broker that has just started may not know of a topic yet, so it is asked again. */
  private static final int MISSES = 2;

  private static final Duration AGAIN = Duration.ofMillis(250);

  private final KafkaClients clients;
  private final String name;
  private final String topic;
  private final Uuid id;
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile int partitions;
  private volatile long lookedAt;

  /** How often in a row the cluster did not know of it. */
  private volatile int misses;

  /** It was deleted here, or its name is another log's: it never comes back. */
  private volatile boolean gone;

  /** Creates the handle of a log that exists. */
  KafkaLog(KafkaClients clients, String name, TopicDescription seen) {
    this.clients = requireNonNull(clients, "clients");
    this.name = requireNonNull(name, "name");
    this.topic = seen.name();
    this.id = seen.topicId();
    this.partitions = seen.partitions().size();
    this.lookedAt = clients.time().nanoTime();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String topic() {
    return topic;
  }

  @Override
  public int partitions() {
    lookIfStale();
    return partitions;
  }

  TopicPartition partition(int number) {
    return new TopicPartition(topic, number);
  }

  private void lookIfStale() {
    if (clients.time().nanoTime() - lookedAt <= STALE.toNanos()
        || !looking.compareAndSet(false, true)) {
      return;
    }
    lookedAt = clients.time().nanoTime();
    KafkaFuture<TopicDescription> asked =
        requireNonNull(clients.admin().describeTopics(List.of(topic)).topicNameValues().get(topic));
    KafkaFuture<TopicDescription> unused =
        asked.whenComplete(
            (seen, error) -> {
              note(seen, error);
              looking.set(false);
            });
  }

  void note(@Nullable TopicDescription seen, @Nullable Throwable error) {
    if (seen != null) {
      saw(seen);
    } else if (error instanceof UnknownTopicOrPartitionException) {
      misses = Math.min(misses + 1, MISSES);
      lookedAt = clients.time().nanoTime() - STALE.minus(AGAIN).toNanos();
    }
  }

  /** Takes over what was seen of the topic; returns whether it is still the same one. */
  boolean saw(TopicDescription seen) {
    if (!seen.topicId().equals(id)) {
      gone = true;
      return false;
    }
    misses = 0;
    partitions = Math.max(partitions, seen.partitions().size());
    return true;
  }

  /** The log was deleted, or another one has its name now. */
  void gone() {
    gone = true;
  }

  /** Throws when the log is gone, as far as is known. */
  void checkThere(String operation) {
    lookIfStale();
    if (gone || misses >= MISSES) {
      throw new NotFoundException(operation + " log:" + name + ": the log was deleted");
    }
  }
}
