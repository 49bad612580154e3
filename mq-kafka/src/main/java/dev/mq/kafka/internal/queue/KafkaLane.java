package dev.mq.kafka.internal.queue;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.SettleResult;
import dev.mq.kafka.internal.client.KafkaClients;
import dev.mq.kafka.internal.client.KafkaErrors;
import dev.mq.kafka.internal.wire.RecordReader;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.ErrorClass;
import dev.mq.spi.Lane;
import dev.mq.spi.SettleBatch;
import dev.mq.spi.SettleOutcome;
import dev.mq.spi.SubscriptionListener;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * A lane: one share consumer, which never polls for more while it holds anything.
 *
 * <p>A poll that comes back empty leaves the client fetching: it goes on until it has leased
 * something, which only the next poll shows. So whenever no poll follows and nothing is held, the
 * client is closed, which gives everything back at once; the next {@link #receive} joins again. A
 * poll that comes back with records leaves no fetch behind, but for one that was asked for at the
 * very moment an earlier one was answered. So the first records after a while without a poll may
 * have lain in the client since its beginning: they are renewed before anybody sees them.
 */
final class KafkaLane implements Lane {
  private static final Duration QUICK = Duration.ofMillis(500);

  private final KafkaClients clients;
  private final KafkaQueue queue;
  private final SubscriptionListener listener;
  private final int quota;
  private final long leaseNanos;
  private final boolean settleOnReceive;
  private final HeldRecords held;

  /** Changed by the lane's thread only. */
  private volatile @Nullable ShareClient client;

  private volatile @Nullable MqException ended;

  /** A wakeup that came while there was no client. */
  private volatile boolean wokenBefore;

  private volatile String clientId = "";

  /** When the client last ended a poll for more; by the lane's thread. */
  private long polledAt;

  /** Until when what is held is surely leased; by the lane's thread. */
  private long leasedUntil;

  KafkaLane(
      KafkaClients clients,
      KafkaQueue queue,
      int quota,
      long leaseNanos,
      boolean settleOnReceive,
      SubscriptionListener listener) {
    this.clients = clients;
    this.queue = queue;
    this.quota = quota;
    this.leaseNanos = leaseNanos;
    this.settleOnReceive = settleOnReceive;
    this.listener = listener;
    this.held = new HeldRecords(quota);
  }

  /** Joins the group; without waiting for records. */
  void join() {
    take(Duration.ZERO);
  }

  /** Returns what the cluster's displays call the present client. */
  String clientId() {
    return clientId;
  }

  private ShareClient client() {
    ShareClient c = client;
    if (c == null) {
      clientId = clients.newClientId("lane");
      long patience = Math.max(TimeUnit.SECONDS.toNanos(2), Math.min(leaseNanos, 10_000_000_000L));
      c = new ShareClient(clients, clientId, queue, quota, Duration.ofNanos(patience));
      client = c;
      polledAt = clients.time().nanoTime();
      if (wokenBefore) {
        wokenBefore = false;
        c.wakeup();
      }
    }
    return c;
  }

  @Override
  public int receive(DeliveryBatch batch, long maxWaitNanos) throws InterruptedException {
    MqException end = ended;
    if (end != null) {
      throw end;
    }
    if (held.allHandedOut()) {
      if (!held.isEmpty()) {
        return BARRIER;
      }
      receiveMore(maxWaitNanos);
    }
    int before = batch.size();
    if (settleOnReceive) {
      handOutSettled(batch);
    } else {
      while (batch.room() > 0 && !held.allHandedOut()) {
        handOut(batch);
      }
    }
    return batch.size() - before;
  }

  private void handOut(DeliveryBatch batch) {
    long token = held.nextToken();
    ConsumerRecord<byte[], byte[]> r = held.handOut();
    if (r != null) {
      int attempt = r.deliveryCount().orElse((short) 1);
      batch.add(token, RecordReader.read(r), attempt, 0, r.timestamp());
    }
  }

  /**
   * Settles what there is room for before anybody sees it. What the broker does not confirm is not
   * handed out: it may be settled, and then it is lost, which this mode allows.
   */
  private void handOutSettled(DeliveryBatch batch) {
    ShareClient c = client;
    int count = Math.min(batch.room(), held.waiting());
    if (c == null || count == 0) {
      return;
    }
    boolean sent = isLeaseYoung() || renewed(c);
    for (int i = 0; i < count && sent; i++) {
      sent = acknowledged(c, held.waiting(i), AcknowledgeType.ACCEPT);
    }
    if (!sent || c.commit() != ShareClient.Outcome.DONE) {
      lose();
      return;
    }
    for (int i = 0; i < count; i++) {
      long token = held.nextToken();
      handOut(batch);
      held.remove(token);
    }
  }

  /** Returns whether what waits may go on waiting: nobody else renews it. */
  private boolean isLeaseYoung() {
    return leasedUntil - clients.time().nanoTime() > leaseNanos / 2;
  }

  private void receiveMore(long maxWaitNanos) throws InterruptedException {
    try {
      take(Duration.ofNanos(maxWaitNanos));
    } catch (InterruptException e) {
      Thread.interrupted();
      throw new InterruptedException();
    } catch (KafkaException e) {
      leave();
      throw failed(e);
    }
  }

  private MqException failed(KafkaException e) {
    ErrorClass c = KafkaErrors.classify(e);
    String text = "receive from queue:" + queue.name() + ": " + e;
    return c.definite() && c.code() != ErrorCode.UNAVAILABLE && c.code() != ErrorCode.FENCED
        ? new MqException(c.code(), text, e)
        : new MqException(ErrorCode.UNAVAILABLE, true, true, text, e);
  }

  private void take(Duration wait) {
    ShareClient c = client();
    boolean mayBeOld = clients.time().nanoTime() - polledAt > leaseNanos / 4;
    ConsumerRecords<byte[], byte[]> records = c.poll(wait);
    polledAt = clients.time().nanoTime();
    if (records.isEmpty()) {
      return;
    }
    leasedUntil = polledAt + leaseNanos;
    held.take(records);
    if ((mayBeOld || c.isWakeupLeft()) && !renewed(c)) {
      lose();
    }
  }

  @Override
  public void settle(SettleBatch batch) {
    int size = batch.size();
    boolean[] sent = new boolean[size];
    boolean any = false;
    ShareClient c = client;
    for (int i = 0; i < size; i++) {
      ConsumerRecord<byte[], byte[]> r = c == null ? null : held.remove(batch.token(i));
      if (r != null && c != null) {
        boolean ack = batch.outcome(i) == SettleOutcome.ACK;
        sent[i] = acknowledged(c, r, ack ? AcknowledgeType.ACCEPT : AcknowledgeType.RELEASE);
        any |= sent[i];
      }
    }
    SettleResult result = any && c != null ? commit(c) : SettleResult.LEASE_LOST;
    for (int i = 0; i < size; i++) {
      batch.settled(i, sent[i] ? result : SettleResult.LEASE_LOST);
    }
  }

  private static boolean acknowledged(
      ShareClient c, ConsumerRecord<byte[], byte[]> r, AcknowledgeType type) {
    try {
      c.acknowledge(r, type);
      return true;
    } catch (IllegalStateException e) {
      // The client does not know it as its own any more.
      return false;
    }
  }

  private SettleResult commit(ShareClient c) {
    ShareClient.Outcome outcome = c.commit();
    if (outcome == ShareClient.Outcome.BROKEN) {
      lose();
    }
    return outcome.result();
  }

  /** Tells of the loss of what was handed out, drops all, and starts anew. */
  private void lose() {
    long[] lost = held.clear();
    leave();
    if (lost.length > 0) {
      listener.leasesLost(this, lost);
    }
  }

  private void leave() {
    ShareClient c = client;
    client = null;
    if (c != null) {
      c.close(QUICK);
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

  /**
   * Renews all: a poll is refused while a record has no acknowledgement, and one that waits would
   * lease new records and hide them behind those that are held.
   */
  @Override
  public void renew() {
    ShareClient c = client;
    if (c == null || held.isEmpty() || ended != null) {
      return;
    }
    if (!renewed(c)) {
      lose();
    }
  }

  private boolean renewed(ShareClient c) {
    try {
      long until = clients.time().nanoTime() + leaseNanos;
      boolean done = c.renew(held, clients.time(), until);
      leasedUntil = done ? until : leasedUntil;
      return done;
    } catch (KafkaException | IllegalStateException e) {
      return false;
    }
  }

  @Override
  public void pause() {
    ShareClient c = client;
    if (c == null) {
      return;
    }
    if (!held.allHandedOut()) {
      held.dropRest(r -> acknowledged(c, r, AcknowledgeType.RELEASE));
      commit(c);
    }
    if (held.isEmpty()) {
      leave();
    }
  }

  @Override
  public void wakeup() {
    if (client == null) {
      wokenBefore = true;
    }
    ShareClient c = client;
    if (c != null) {
      c.wakeup();
    }
  }

  /** Makes every further receive fail. From any thread. */
  void end(MqException reason) {
    ended = reason;
    wakeup();
  }

  /** Leaves the group; when no thread is inside the lane any more. */
  void close(Duration timeout) {
    ShareClient c = client;
    client = null;
    if (c != null) {
      c.close(timeout);
    }
  }
}
