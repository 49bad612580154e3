package dev.mq.kafka.spike;

import dev.mq.api.SettleResult;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.Lane;
import dev.mq.spi.SettleBatch;
import dev.mq.spi.SettleOutcome;
import dev.mq.spi.SubscriptionListener;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.apache.kafka.common.errors.WakeupException;

/** A lane: one share consumer. Never polls for more while it holds anything. */
final class ShareLane implements Lane {
  final String clientId = "lane-" + UUID.randomUUID();
  final KafkaShareConsumer<byte[], byte[]> consumer;
  private final boolean settleOnReceive;
  private final SubscriptionListener listener;
  private final Map<Long, ConsumerRecord<byte[], byte[]>> held = new LinkedHashMap<>();
  private final Deque<Long> notHandedOut = new ArrayDeque<>();
  private final ReentrantLock gate = new ReentrantLock();
  private boolean polling;
  private boolean woken;
  private long nextToken;
  int renewals;
  int pollsToGetBack;

  ShareLane(KafkaSpike session, String topic, int quota, boolean settleOnReceive, SubscriptionListener listener) {
    this.settleOnReceive = settleOnReceive;
    this.listener = listener;
    this.consumer =
        new KafkaShareConsumer<>(
            session.consumer(
                Map.of(
                    "group.id", topic,
                    "client.id", clientId,
                    "share.acknowledgement.mode", "explicit",
                    "share.acquire.mode", "record_limit",
                    "max.poll.records", quota)));
    consumer.subscribe(List.of(topic));
  }

  @Override
  public int receive(DeliveryBatch batch, long maxWaitNanos) throws InterruptedException {
    if (notHandedOut.isEmpty()) {
      if (!held.isEmpty()) {
        return BARRIER;
      }
      try {
        take(Duration.ofNanos(maxWaitNanos));
      } catch (InterruptException e) {
        Thread.interrupted();
        throw new InterruptedException();
      }
      if (settleOnReceive && !held.isEmpty()) {
        held.values().forEach(r -> consumer.acknowledge(r, AcknowledgeType.ACCEPT));
        if (commit() != SettleResult.SETTLED) {
          notHandedOut.clear();
          held.clear();
        }
      }
    }
    int n = 0;
    for (; batch.room() > 0 && !notHandedOut.isEmpty(); n++) {
      long token = notHandedOut.remove();
      ConsumerRecord<byte[], byte[]> r = settleOnReceive ? held.remove(token) : held.get(token);
      batch.add(token, KafkaSpike.message(r), r.deliveryCount().orElse((short) 1), 0, r.timestamp());
    }
    return n;
  }

  /** Joins the group, which only a poll does, and keeps what comes. */
  void prime() {
    take(Duration.ZERO);
  }

  private void take(Duration wait) {
    for (ConsumerRecord<byte[], byte[]> r : poll(wait)) {
      held.put(nextToken, r);
      notHandedOut.add(nextToken++);
    }
  }

  /**
   * Polls so that a wakeup ends this poll or the next and is never left in the client, where it
   * would end a commit whose answer would then be lost.
   */
  private ConsumerRecords<byte[], byte[]> poll(Duration wait) {
    gate.lock();
    boolean now = woken;
    woken = false;
    polling = true;
    gate.unlock();
    boolean thrown = false;
    try {
      return consumer.poll(now ? Duration.ZERO : wait);
    } catch (WakeupException e) {
      thrown = true;
      return ConsumerRecords.empty();
    } finally {
      gate.lock();
      polling = false;
      if (woken && !thrown) {
        try {
          consumer.poll(Duration.ZERO);
        } catch (WakeupException e) {
          // Taken out of the client.
        }
      }
      woken = false;
      gate.unlock();
    }
  }

  @Override
  public void wakeup() {
    gate.lock();
    if (polling && !woken) {
      consumer.wakeup();
    }
    woken = true;
    gate.unlock();
  }

  @Override
  public void settle(SettleBatch batch) {
    boolean[] sent = new boolean[batch.size()];
    for (int i = 0; i < sent.length; i++) {
      ConsumerRecord<byte[], byte[]> r = held.remove(batch.token(i));
      sent[i] = r != null;
      if (r == null) {
        batch.settled(i, SettleResult.LEASE_LOST);
      } else {
        consumer.acknowledge(
            r, batch.outcome(i) == SettleOutcome.ACK ? AcknowledgeType.ACCEPT : AcknowledgeType.RELEASE);
      }
    }
    SettleResult result = commit();
    for (int i = 0; i < sent.length; i++) {
      if (sent[i]) {
        batch.settled(i, result);
      }
    }
  }

  /** Waits for the broker's word on what was acknowledged; of one partition it is one word. */
  private SettleResult commit() {
    try {
      for (Map.Entry<TopicIdPartition, Optional<KafkaException>> e : consumer.commitSync().entrySet()) {
        if (e.getValue().isPresent()) {
          boolean expired = e.getValue().get() instanceof InvalidRecordStateException;
          return expired ? SettleResult.LEASE_LOST : SettleResult.UNKNOWN;
        }
      }
      return SettleResult.SETTLED;
    } catch (KafkaException e) {
      return SettleResult.UNKNOWN;
    }
  }

  @Override
  public long leaseNanos() {
    return consumer.acquisitionLockTimeoutMs().map(ms -> ms * 1_000_000L).orElse(0L);
  }

  /** Renews all it holds: a poll is refused while a record of the last one has no answer. */
  @Override
  public void renew(long[] tokens, int count) {
    if (held.isEmpty()) {
      return;
    }
    held.values().forEach(r -> consumer.acknowledge(r, AcknowledgeType.RENEW));
    if (commit() != SettleResult.SETTLED) {
      long[] lost = held.keySet().stream().mapToLong(Long::longValue).toArray();
      held.clear();
      notHandedOut.clear();
      listener.leasesLost(this, lost);
      return;
    }
    renewals += held.size();
    for (int back = 0; back < held.size(); pollsToGetBack++) {
      back += poll(Duration.ZERO).count();
    }
  }

  void close() {
    consumer.close();
  }
}
