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
import java.util.HashMap;
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
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.apache.kafka.common.errors.WakeupException;

/** A lane: one share consumer. Never polls for more while it holds anything. */
final class ShareLane implements Lane {
  final String clientId = "lane-" + UUID.randomUUID();
  final KafkaShareConsumer<byte[], byte[]> consumer;
  private final SubscriptionListener listener;
  private final long leaseNanos;
  private final int quota;
  private final Map<Long, ConsumerRecord<byte[], byte[]>> held = new HashMap<>();
  private final Deque<Long> notHandedOut = new ArrayDeque<>();
  private final ReentrantLock gate = new ReentrantLock();
  private boolean polling;
  private boolean woken;
  private long nextToken;
  volatile int renewed;
  volatile int pollsToGetBack;

  ShareLane(
      KafkaSpike session, String topic, int quota, long leaseNanos, SubscriptionListener listener) {
    this.listener = listener;
    this.leaseNanos = leaseNanos;
    this.quota = quota;
    Map<String, Object> settings = new HashMap<>(Map.of("group.id", topic, "client.id", clientId));
    settings.put("share.acknowledgement.mode", "explicit");
    settings.put("share.acquire.mode", "record_limit");
    settings.put("max.poll.records", quota);
    this.consumer = new KafkaShareConsumer<>(session.consumer(settings));
    consumer.subscribe(List.of(topic));
    // Only a poll joins the group.
    take(Duration.ZERO);
  }

  @Override
  public int receive(DeliveryBatch batch, long maxWaitNanos) throws InterruptedException {
    if (notHandedOut.isEmpty() && !held.isEmpty()) {
      return BARRIER;
    } else if (notHandedOut.isEmpty()) {
      try {
        take(Duration.ofNanos(maxWaitNanos));
      } catch (InterruptException e) {
        Thread.interrupted();
        throw new InterruptedException();
      }
    }
    int before = batch.size();
    while (batch.room() > 0 && !notHandedOut.isEmpty()) {
      long token = notHandedOut.remove();
      ConsumerRecord<byte[], byte[]> r = held.get(token);
      batch.add(token, KafkaSpike.message(r), r.deliveryCount().orElseThrow(), 0, r.timestamp());
    }
    return batch.size() - before;
  }

  private void take(Duration wait) {
    for (ConsumerRecord<byte[], byte[]> r : poll(wait)) {
      held.put(nextToken, r);
      notHandedOut.add(nextToken++);
    }
  }

  /** Polls so that no wakeup is left in the client, where it would swallow a commit's answer. */
  private ConsumerRecords<byte[], byte[]> poll(Duration wait) {
    Duration d = begin(wait);
    boolean thrown = false;
    try {
      return consumer.poll(d);
    } catch (WakeupException e) {
      thrown = true;
      return ConsumerRecords.empty();
    } finally {
      if (end() && !thrown) {
        takeWakeup();
      }
    }
  }

  private Duration begin(Duration wait) {
    gate.lock();
    try {
      Duration d = woken ? Duration.ZERO : wait;
      woken = false;
      polling = true;
      return d;
    } finally {
      gate.unlock();
    }
  }

  private boolean end() {
    gate.lock();
    try {
      boolean left = woken;
      polling = false;
      woken = false;
      return left;
    } finally {
      gate.unlock();
    }
  }

  private void takeWakeup() {
    try {
      consumer.poll(Duration.ZERO);
    } catch (WakeupException e) {
      // The one that came too late for the poll before.
    }
  }

  @Override
  public void wakeup() {
    gate.lock();
    try {
      if (polling && !woken) {
        consumer.wakeup();
      }
      woken = true;
    } finally {
      gate.unlock();
    }
  }

  @Override
  public void settle(SettleBatch batch) {
    boolean[] sent = new boolean[batch.size()];
    for (int i = 0; i < sent.length; i++) {
      ConsumerRecord<byte[], byte[]> r = held.remove(batch.token(i));
      sent[i] = r != null;
      if (r != null) {
        boolean ack = batch.outcome(i) == SettleOutcome.ACK;
        consumer.acknowledge(r, ack ? AcknowledgeType.ACCEPT : AcknowledgeType.RELEASE);
      }
    }
    SettleResult result = commit();
    for (int i = 0; i < sent.length; i++) {
      batch.settled(i, sent[i] ? result : SettleResult.LEASE_LOST);
    }
  }

  /** Waits for the broker's word on what was acknowledged: one word per partition. */
  private SettleResult commit() {
    try {
      for (Optional<KafkaException> error : consumer.commitSync().values()) {
        if (error.isPresent()) {
          boolean lost = error.get() instanceof InvalidRecordStateException;
          return lost ? SettleResult.LEASE_LOST : SettleResult.UNKNOWN;
        }
      }
      return SettleResult.SETTLED;
    } catch (KafkaException e) {
      return SettleResult.UNKNOWN;
    }
  }

  @Override
  public int quota() {
    return quota;
  }

  @Override
  public long leaseNanos() {
    return leaseNanos;
  }

  /** Renews all: a poll is refused while a record of the last one has no acknowledgement. */
  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate") // written by the lane's thread only
  public void renew() {
    held.values().forEach(r -> consumer.acknowledge(r, AcknowledgeType.RENEW));
    if (commit() == SettleResult.SETTLED) {
      renewed += held.size();
      for (int back = 0; back < held.size(); pollsToGetBack++) {
        back += poll(Duration.ZERO).count();
      }
    } else {
      long[] lost = held.keySet().stream().mapToLong(Long::longValue).toArray();
      held.clear();
      notHandedOut.clear();
      listener.leasesLost(this, lost);
    }
  }

  void close() {
    consumer.close();
  }
}
