package dev.mq.kafka.internal.topology;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.kafka.internal.client.Closing;
import dev.mq.kafka.internal.client.Futures;
import dev.mq.kafka.internal.client.KafkaClients;
import dev.mq.kafka.internal.client.KafkaKeys;
import dev.mq.spi.TopologyLog;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The topology log: a topic of one partition that keeps everything until it is trimmed. Made by the
 * first client that needs it. Thread-safe.
 *
 * <p>The end is asked of the partition's leader, which answers with its high watermark: that has
 * passed a record before {@code acks=all} confirms it. With {@code mq.kafka.topology.read=local} it
 * is what this process has seen and what it appended itself.
 */
public final class KafkaTopologyLog implements TopologyLog {
  private static final Map<String, String> CONFIG =
      Map.of(
          "cleanup.policy", "delete",
          "retention.ms", "-1",
          "retention.bytes", "-1");

  private static final long NOT_KNOWN = -1;

  private final KafkaClients clients;
  private final TopicPartition partition;
  private final boolean local;
  private final ReentrantLock opening = new ReentrantLock();
  private final Set<Following> followings = ConcurrentHashMap.newKeySet();

  /** What a local read answers; only grows. */
  private final AtomicLong knownEnd = new AtomicLong(NOT_KNOWN);

  private @Nullable KafkaProducer<byte[], byte[]> producer;
  private volatile @Nullable EndReader reader;
  private volatile boolean ready;

  /**
   * Set before {@link #close} takes {@code opening}, under which it is read before something is
   * made.
   */
  private volatile boolean closed;

  /** Creates the log; costs no I/O. */
  public KafkaTopologyLog(KafkaClients clients) {
    this.clients = clients;
    this.partition = new TopicPartition(clients.names().topology(), 0);
    this.local =
        clients.context().config().get(KafkaKeys.TOPOLOGY_READ) == KafkaKeys.TopologyRead.LOCAL;
  }

  private void makeReady(String operation) {
    if (closed) {
      throw new MqException(ErrorCode.CLOSED, operation + " the topology log: it is closed");
    }
    if (!ready) {
      if (clients.topics().describe(partition.topic()).isEmpty()) {
        clients.topics().create(partition.topic(), 1, CONFIG);
      }
      ready = true;
    }
  }

  private KafkaProducer<byte[], byte[]> producer() {
    opening.lock();
    try {
      makeReady("append to");
      KafkaProducer<byte[], byte[]> p = producer;
      if (p == null) {
        p = clients.producer("topology");
        producer = p;
      }
      return p;
    } finally {
      opening.unlock();
    }
  }

  @Override
  public long append(byte[] command) {
    long offset =
        Futures.get(
                producer().send(new ProducerRecord<>(partition.topic(), 0, (byte[]) null, command)))
            .offset();
    sawEnd(offset + 1);
    return offset;
  }

  private void sawEnd(long end) {
    knownEnd.accumulateAndGet(end, Math::max);
  }

  @Override
  public void readEnd(EndCallback callback) {
    EndReader r = reader;
    if (r == null) {
      try {
        r = openReader();
      } catch (RuntimeException e) {
        callback.failed(EndReader.failed(e));
        return;
      }
    }
    r.read(callback);
  }

  private EndReader openReader() {
    opening.lock();
    try {
      makeReady("read the end of");
      EndReader r = reader;
      if (r == null) {
        r = new EndReader(clients, partition);
        r.start();
        reader = r;
      }
      return r;
    } finally {
      opening.unlock();
    }
  }

  @Override
  public long endNow() {
    return local ? knownEnd.get() : NOT_KNOWN;
  }

  @Override
  public Subscription follow(Follower follower) {
    opening.lock();
    try {
      makeReady("follow");
    } finally {
      opening.unlock();
    }
    if (local) {
      // What was there before this client is seen by its first read.
      sawEnd(
          Futures.get(
                  clients
                      .admin()
                      .listOffsets(Map.of(partition, OffsetSpec.latest()))
                      .partitionResult(partition))
              .offset());
    }
    Following following = new Following(clients, partition, follower, followings::remove);
    followings.add(following);
    following.start();
    if (closed) {
      following.close();
    }
    return following;
  }

  @Override
  public void trim(long below) {
    Futures.get(
        clients
            .admin()
            .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(below)))
            .all());
  }

  /** Stops everything that follows, and fails what is being appended. */
  public void close(Duration timeout) {
    closed = true;
    followings.forEach(Following::close);
    opening.lock();
    try {
      EndReader r = reader;
      if (r != null) {
        r.close();
      }
      if (producer != null) {
        Closing.close(producer, timeout);
      }
    } finally {
      opening.unlock();
    }
  }
}
