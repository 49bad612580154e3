package dev.mq.kafka.internal.queue;

import static java.util.Objects.requireNonNull;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.kafka.internal.client.Futures;
import dev.mq.kafka.internal.client.KafkaClients;
import dev.mq.kafka.internal.client.KafkaKeys;
import dev.mq.spi.QueueSubscription;
import dev.mq.spi.SubscribeOptions;
import dev.mq.spi.SubscriptionListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.ShareGroupDescription;

/** The lanes of one consumer. Thread-safe. */
final class KafkaSubscription implements QueueSubscription {
  private static final int MOST_LANES = 16;
  private static final Duration CLOSE = Duration.ofSeconds(2);
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(5);

  private final KafkaClients clients;
  private final KafkaQueue queue;
  private final SubscriptionListener listener;
  private final List<KafkaLane> lanes;
  private final Consumer<KafkaSubscription> whenClosed;
  private final AtomicBoolean cancelled = new AtomicBoolean();

  KafkaSubscription(
      KafkaClients clients,
      KafkaQueue queue,
      SubscribeOptions options,
      long leaseNanos,
      SubscriptionListener listener,
      Consumer<KafkaSubscription> whenClosed) {
    this.clients = clients;
    this.queue = queue;
    this.listener = listener;
    this.whenClosed = whenClosed;
    int prefetch = options.prefetch();
    int count = Math.min(Math.min(options.concurrency(), prefetch), MOST_LANES);
    List<KafkaLane> all = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int quota = prefetch / count + (i < prefetch % count ? 1 : 0);
      all.add(
          new KafkaLane(clients, queue, quota, leaseNanos, options.settleOnReceive(), listener));
    }
    this.lanes = List.copyOf(all);
  }

  KafkaQueue queue() {
    return queue;
  }

  /** Returns when each lane has its partition: one that has not gets no messages. */
  void open() {
    lanes.forEach(KafkaLane::join);
    long limit = clients.context().config().get(KafkaKeys.OPERATION_TIMEOUT).toNanos();
    long start = clients.time().nanoTime();
    while (!areAssigned()) {
      if (clients.time().nanoTime() - start > limit) {
        throw new MqException(
            ErrorCode.UNAVAILABLE, true, true, "the group does not take the consumer in", null);
      }
      LockSupport.parkNanos(this, PAUSE);
      if (Thread.currentThread().isInterrupted()) {
        throw new MqException(
            ErrorCode.INTERRUPTED, true, true, "interrupted while joining the group", null);
      }
    }
  }

  /** The client does not tell when it was assigned its partition; the group coordinator does. */
  private boolean areAssigned() {
    String group = queue.topic();
    ShareGroupDescription described =
        requireNonNull(
            Futures.get(clients.admin().describeShareGroups(List.of(group)).all()).get(group));
    Set<String> assigned =
        described.members().stream()
            .filter(m -> !m.assignment().topicPartitions().isEmpty())
            .map(m -> m.clientId())
            .collect(Collectors.toSet());
    return lanes.stream().allMatch(lane -> assigned.contains(lane.clientId()));
  }

  @Override
  public List<KafkaLane> lanes() {
    return lanes;
  }

  /** Ends the subscription from this side. */
  void cancel(MqException reason) {
    if (cancelled.compareAndSet(false, true)) {
      for (KafkaLane lane : lanes) {
        lane.end(reason);
        listener.allLeasesLost(lane);
      }
      listener.cancelled(reason);
    }
  }

  @Override
  public void close() {
    whenClosed.accept(this);
    if (lanes.size() == 1) {
      lanes.get(0).close(CLOSE);
      return;
    }
    // Each has to tell the cluster, and waits for it when it is gone.
    ThreadFactory threads = clients.context().threads("close");
    List<Thread> closing = new ArrayList<>();
    for (KafkaLane lane : lanes) {
      Thread t = threads.newThread(() -> lane.close(CLOSE));
      closing.add(t);
      t.start();
    }
    try {
      for (Thread t : closing) {
        t.join();
      }
    } catch (InterruptedException e) {
      // They go on by themselves, and end within their timeout.
      Thread.currentThread().interrupt();
    }
  }
}
