package dev.mq.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mq.api.NotFoundException;
import dev.mq.api.QueueSpec;
import dev.mq.api.SettleResult;
import dev.mq.kafka.Harness.Listener;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.Lane;
import dev.mq.spi.QueueSubscription;
import dev.mq.spi.SettleOutcome;
import dev.mq.spi.SubscribeOptions;
import dev.mq.tools.brokers.LocalKafka;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;

/** Queues and lanes as the driver contract has them, on a real cluster. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class KafkaQueueIT {
  /** No machine stands still for as long, so nothing comes back because of it. */
  private static final String LONG_LEASE = "60s";

  /** For tests that wait for the end of a lease. */
  private static final String SHORT_LEASE = "5s";

  /** Well below the long lease: what comes sooner was given back and did not run out. */
  private static final Duration AT_ONCE = Duration.ofSeconds(20);

  private LocalKafka kafka;
  private TestClient client;
  private TestClient other;

  /** Makes queues whose leases run out soon. */
  private TestClient brief;

  @BeforeAll
  void start() {
    kafka = LocalKafka.builder().start();
    client = open(LONG_LEASE);
    other = open(LONG_LEASE);
    brief = open(SHORT_LEASE);
  }

  private TestClient open(String lease) {
    return TestClient.to(kafka.bootstrapServers())
        .set("mq.kafka.lease", lease)
        .set("mq.kafka.trim-interval", "1s")
        .open();
  }

  @AfterAll
  void stop() {
    client.close();
    other.close();
    brief.close();
    kafka.close();
  }

  private QueueSubscription subscribe(BackendQueue queue, int prefetch) {
    return client.subscribe(queue, prefetch, 1, new Listener());
  }

  private static Lane lane(QueueSubscription s) {
    return s.lanes().get(0);
  }

  @Test
  void aQueueIsMadeInTensOfMilliseconds(TestReporter reporter) {
    client.queue("first");
    long[] took = new long[20];
    for (int i = 0; i < took.length; i++) {
      long start = System.nanoTime();
      client.queue("made" + i);
      took[i] = System.nanoTime() - start;
    }
    reporter.publishEntry("create", Harness.millis(took));
  }

  @Test
  void lanesShareThePrefetchAndTheirNumberIsBounded() {
    BackendQueue queue = client.queue("quotas");
    QueueSubscription s = client.subscribe(queue, 7, 3, new Listener());
    assertThat(s.lanes()).extracting(Lane::quota).containsExactly(3, 2, 2);
    s.close();
    QueueSubscription many = client.subscribe(queue, 40, 40, new Listener());
    assertThat(many.lanes()).hasSize(16);
    assertThat(many.lanes().stream().mapToInt(Lane::quota).sum()).isEqualTo(40);
    many.close();
    assertThat(client.queues().traits().deliveryLimit()).isEqualTo(25);
  }

  @Test
  void messagesWaitForTheirFirstConsumerAndComeInOrder() throws Exception {
    BackendQueue queue = client.queue("order");
    client.publish(queue, "m", 10);
    assertThat(client.queues().depth(queue)).isEqualTo(10);
    QueueSubscription s = subscribe(queue, 4);
    for (int from = 0; from < 10; from += 4) {
      DeliveryBatch batch = Harness.receive(lane(s), 4);
      for (int i = 0; i < batch.size(); i++) {
        assertThat(batch.message(i).text()).isEqualTo("m" + (from + i));
        assertThat(batch.attempt(i)).isEqualTo(1);
        assertThat(batch.storedAtMillis(i)).isPositive();
      }
      assertThat(lane(s).receive(new DeliveryBatch(4), 0)).isEqualTo(Lane.BARRIER);
      assertThat(Harness.ackAll(lane(s), batch)).containsOnly(SettleResult.SETTLED);
    }
    assertThat(client.queues().depth(queue)).isZero();
    s.close();
  }

  @Test
  void whatIsReleasedComesAgainAndWhatIsSettledDoesNot() throws Exception {
    BackendQueue queue = client.queue("release");
    client.publish(queue, "m", 4);
    QueueSubscription s = subscribe(queue, 4);
    DeliveryBatch batch = Harness.receive(lane(s), 4);
    assertThat(Harness.texts(batch)).containsExactly("m0", "m1", "m2", "m3");
    assertThat(Harness.settle(lane(s), SettleOutcome.RELEASE, batch.token(1), batch.token(2)))
        .containsOnly(SettleResult.SETTLED);
    assertThat(Harness.ack(lane(s), batch.token(1))).isEqualTo(SettleResult.LEASE_LOST);
    assertThat(Harness.settle(lane(s), SettleOutcome.ACK, batch.token(0), batch.token(3)))
        .containsOnly(SettleResult.SETTLED);
    DeliveryBatch again = Harness.receive(lane(s), 4);
    assertThat(Harness.texts(again)).containsExactly("m1", "m2");
    assertThat(again.attempt(0)).isEqualTo(2);
    assertThat(Harness.ackAll(lane(s), again)).containsOnly(SettleResult.SETTLED);
    s.close();
    assertThat(client.queues().depth(queue)).isZero();
  }

  /** A-07b: the runtime goes by the limit of the traits, whoever made the queue. */
  @Test
  void aQueueOfALowerDeliveryLimitGetsTheHighestWhenItIsConsumed() throws Exception {
    BackendQueue queue = client.queue("limited");
    client.publish(queue, "m", 1);
    String group =
        client.admin().listTopics().names().get().stream()
            .filter(topic -> topic.contains(".limited."))
            .findFirst()
            .orElseThrow();
    ConfigEntry low = new ConfigEntry("share.delivery.count.limit", "3");
    client
        .admin()
        .incrementalAlterConfigs(
            Map.of(
                new ConfigResource(ConfigResource.Type.GROUP, group),
                List.of(new AlterConfigOp(low, AlterConfigOp.OpType.SET))))
        .all()
        .get();
    QueueSubscription s = subscribe(queue, 1);
    for (int attempt = 1; attempt <= 6; attempt++) {
      DeliveryBatch batch = Harness.receive(lane(s), 1);
      assertThat(batch.attempt(0)).isEqualTo(attempt);
      assertThat(Harness.settle(lane(s), SettleOutcome.RELEASE, batch.token(0)))
          .containsOnly(SettleResult.SETTLED);
    }
    assertThat(Harness.ackAll(lane(s), Harness.receive(lane(s), 1)))
        .containsOnly(SettleResult.SETTLED);
    s.close();
  }

  @Test
  void aWakeupAtAnyMomentCostsNoAnswerAndNoLease() throws Exception {
    BackendQueue queue = client.queue("wakeups");
    client.publish(queue, "m", 40);
    Listener listener = new Listener();
    QueueSubscription s = client.subscribe(queue, 4, 1, listener);
    AtomicBoolean done = new AtomicBoolean();
    Thread waker =
        new Thread(
            () -> {
              while (!done.get()) {
                lane(s).wakeup();
                LockSupport.parkNanos(500_000);
              }
            });
    waker.start();
    try {
      int settled = 0;
      while (settled < 40) {
        DeliveryBatch batch = Harness.receive(lane(s), 4);
        // One by one: the others have no acknowledgement yet when the first is committed.
        for (int i = 0; i < batch.size(); i++) {
          assertThat(batch.attempt(i)).isEqualTo(1);
          assertThat(Harness.ack(lane(s), batch.token(i)))
              .as("message %d", settled)
              .isEqualTo(SettleResult.SETTLED);
          settled++;
        }
      }
    } finally {
      done.set(true);
      waker.join();
    }
    assertThat(listener.lost).isEmpty();
    s.close();
    assertThat(client.queues().depth(queue)).isZero();
  }

  @Test
  void closingGivesBackWhatIsUnsettledAtOnce() throws Exception {
    BackendQueue queue = client.queue("close");
    client.publish(queue, "m", 4);
    QueueSubscription s = subscribe(queue, 4);
    DeliveryBatch batch = Harness.receive(lane(s), 2);
    assertThat(Harness.ack(lane(s), batch.token(0))).isEqualTo(SettleResult.SETTLED);
    s.close();
    long start = System.nanoTime();
    QueueSubscription next = subscribe(queue, 4);
    DeliveryBatch again = Harness.receive(lane(next), 4);
    assertThat(System.nanoTime() - start).isLessThan(AT_ONCE.toNanos());
    assertThat(Harness.texts(again)).containsExactly("m1", "m2", "m3");
    assertThat(again.attempt(0)).isGreaterThan(1);
    assertThat(Harness.ackAll(lane(next), again)).containsOnly(SettleResult.SETTLED);
    next.close();
  }

  @Test
  void aPausedLaneSwallowsNoMessage() throws Exception {
    for (int i = 0; i < 5; i++) {
      BackendQueue queue = client.queue("pause" + i);
      QueueSubscription pausing = subscribe(queue, 1);
      QueueSubscription working = subscribe(queue, 1);
      assertThat(lane(pausing).receive(new DeliveryBatch(1), 50_000_000)).isZero();
      lane(pausing).pause();
      long start = System.nanoTime();
      client.publish(queue, "m", 1);
      DeliveryBatch batch = Harness.receive(lane(working), 1);
      assertThat(System.nanoTime() - start).isLessThan(AT_ONCE.toNanos());
      assertThat(batch.attempt(0)).isEqualTo(1);
      assertThat(Harness.ackAll(lane(working), batch)).containsOnly(SettleResult.SETTLED);
      working.close();
      client.publish(queue, "n", 1);
      DeliveryBatch resumed = Harness.receive(lane(pausing), 1);
      assertThat(Harness.texts(resumed)).containsExactly("n0");
      assertThat(Harness.ackAll(lane(pausing), resumed)).containsOnly(SettleResult.SETTLED);
      pausing.close();
    }
  }

  @Test
  void aPausedLaneKeepsWhatItHandedOut() throws Exception {
    BackendQueue queue = brief.queue("pause-holding");
    client.publish(queue, "m", 3);
    QueueSubscription s = subscribe(queue, 3);
    DeliveryBatch batch = Harness.receive(lane(s), 1);
    lane(s).pause();
    QueueSubscription next = subscribe(queue, 3);
    Set<String> rest = new HashSet<>();
    // Usually at once; after a lease when the client has fetched once more by itself.
    while (rest.size() < 2) {
      lane(s).renew();
      DeliveryBatch some = new DeliveryBatch(3);
      if (lane(next).receive(some, lane(s).leaseNanos() / 3) > 0) {
        rest.addAll(Harness.texts(some));
        assertThat(Harness.ackAll(lane(next), some)).containsOnly(SettleResult.SETTLED);
      }
    }
    assertThat(rest).containsExactlyInAnyOrder("m1", "m2");
    assertThat(Harness.ack(lane(s), batch.token(0))).isEqualTo(SettleResult.SETTLED);
    s.close();
    next.close();
    assertThat(client.queues().depth(queue)).isZero();
  }

  @Test
  void aSettlementAfterTheLeaseIsLeaseLostAndTheMessageComesAgain() throws Exception {
    BackendQueue queue = brief.queue("lease");
    QueueSubscription first = subscribe(queue, 1);
    client.publish(queue, "m", 1);
    DeliveryBatch held = Harness.receive(lane(first), 1);
    assertThat(held.attempt(0)).isEqualTo(1);
    QueueSubscription second = subscribe(queue, 1);
    DeliveryBatch again = Harness.receive(lane(second), 1);
    assertThat(again.message(0).id()).isEqualTo(held.message(0).id());
    assertThat(again.attempt(0)).isGreaterThan(1);
    assertThat(Harness.ack(lane(first), held.token(0))).isEqualTo(SettleResult.LEASE_LOST);
    assertThat(Harness.ack(lane(first), held.token(0))).isEqualTo(SettleResult.LEASE_LOST);
    assertThat(Harness.ack(lane(second), again.token(0))).isEqualTo(SettleResult.SETTLED);
    assertThat(Harness.ack(lane(second), again.token(0))).isEqualTo(SettleResult.LEASE_LOST);
    first.close();
    second.close();
    assertThat(client.queues().depth(queue)).isZero();
  }

  @Test
  void renewalsKeepALeaseForAsLongAsTheyCome() throws Exception {
    BackendQueue queue = brief.queue("renew");
    // Published before anybody fetches, for a fetch may be answered with the first of them alone.
    client.publish(queue, "m", 3);
    QueueSubscription holder = subscribe(queue, 3);
    DeliveryBatch held = Harness.receive(lane(holder), 3);
    assertThat(held.size()).isEqualTo(3);
    QueueSubscription idle = subscribe(queue, 1);
    long end = System.nanoTime() + 3 * lane(holder).leaseNanos();
    while (System.nanoTime() < end) {
      assertThat(lane(idle).receive(new DeliveryBatch(1), lane(holder).leaseNanos() / 5)).isZero();
      lane(holder).renew();
    }
    assertThat(Harness.ackAll(lane(holder), held)).containsOnly(SettleResult.SETTLED);
    holder.close();
    idle.close();
    assertThat(client.queues().depth(queue)).isZero();
  }

  @Test
  void aRenewalAfterTheLeaseReportsItLost() throws Exception {
    BackendQueue queue = brief.queue("stale");
    Listener listener = new Listener();
    QueueSubscription first = client.subscribe(queue, 1, 1, listener);
    client.publish(queue, "m", 1);
    DeliveryBatch held = Harness.receive(lane(first), 1);
    QueueSubscription second = subscribe(queue, 1);
    DeliveryBatch again = Harness.receive(lane(second), 1);
    lane(first).renew();
    assertThat(listener.lost).containsExactly(held.token(0));
    assertThat(Harness.ack(lane(first), held.token(0))).isEqualTo(SettleResult.LEASE_LOST);
    assertThat(Harness.ack(lane(second), again.token(0))).isEqualTo(SettleResult.SETTLED);
    second.close();
    client.publish(queue, "next", 1);
    DeliveryBatch next = Harness.receive(lane(first), 1);
    assertThat(Harness.texts(next)).containsExactly("next0");
    assertThat(Harness.ackAll(lane(first), next)).containsOnly(SettleResult.SETTLED);
    first.close();
  }

  @Test
  void settledOnReceiptIsSettledBeforeItIsSeen() throws Exception {
    BackendQueue queue = client.queue("at-most-once");
    client.publish(queue, "m", 5);
    QueueSubscription s =
        client.queues().subscribe(queue, new SubscribeOptions("c", 3, 1, true), new Listener());
    assertThat(Harness.texts(Harness.receive(lane(s), 3))).containsExactly("m0", "m1", "m2");
    assertThat(Harness.texts(Harness.receive(lane(s), 3))).containsExactly("m3", "m4");
    assertThat(client.queues().depth(queue)).isZero();
    s.close();
  }

  @Test
  void aPurgeLeavesNothingAndTheQueueGoesOn() throws Exception {
    BackendQueue queue = client.queue("purge");
    client.publish(queue, "m", 20);
    assertThat(client.queues().purge(queue)).isEqualTo(20);
    assertThat(client.queues().depth(queue)).isZero();
    client.publish(queue, "n", 1);
    QueueSubscription s = subscribe(queue, 10);
    DeliveryBatch batch = Harness.receive(lane(s), 10);
    assertThat(Harness.texts(batch)).containsExactly("n0");
    assertThat(Harness.ackAll(lane(s), batch)).containsOnly(SettleResult.SETTLED);
    s.close();
  }

  @Test
  void whatIsSettledIsTakenFromTheDisk() throws Exception {
    BackendQueue queue = client.queues().create(QueueSpec.of("trim"), "1");
    client.publish(queue, "m", 100);
    QueueSubscription s = subscribe(queue, 50);
    for (int done = 0; done < 100; ) {
      DeliveryBatch batch = Harness.receive(lane(s), 50);
      done += batch.size();
      assertThat(Harness.ackAll(lane(s), batch)).containsOnly(SettleResult.SETTLED);
    }
    TopicPartition p = new TopicPartition("mq.q.trim.1", 0);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              // Its group moves on only while somebody consumes.
              lane(s).receive(new DeliveryBatch(1), 100_000_000);
              return client
                      .admin()
                      .listOffsets(Map.of(p, OffsetSpec.earliest()))
                      .partitionResult(p)
                      .get()
                      .offset()
                  >= 50;
            });
    s.close();
  }

  @Test
  void consumersOfADeletedQueueAreToldInEveryProcess() throws Exception {
    BackendQueue queue = client.queues().create(QueueSpec.of("deleted"), "1");
    Listener here = new Listener();
    Listener there = new Listener();
    QueueSubscription first = client.subscribe(queue, 2, 2, here);
    QueueSubscription second = other.subscribe(other.queues().open("deleted", "1"), 2, 2, there);
    client.queues().delete("deleted", "1");
    assertThat(here.cancelled).isCompleted();
    assertThat(there.cancelled.get(20, TimeUnit.SECONDS)).isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> lane(second).receive(new DeliveryBatch(1), 0))
        .isInstanceOf(NotFoundException.class);
    first.close();
    second.close();
    assertThatThrownBy(() -> client.queues().open("deleted", "1"))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> subscribe(queue, 1)).isInstanceOf(NotFoundException.class);
    client.queues().delete("deleted", "1");
  }

  @Test
  void aDeletedQueueLeavesNoGroupAndNoSettingsAndHoldsUpNothing() throws Exception {
    for (int i = 0; i < 10; i++) {
      String incarnation = Integer.toString(i);
      String group = "mq.q.gone." + incarnation;
      BackendQueue queue = client.queues().create(QueueSpec.of("gone"), incarnation);
      client.publish(queue, "m", 1);
      QueueSubscription s = subscribe(queue, 1);
      assertThat(Harness.ackAll(lane(s), Harness.receive(lane(s), 1)))
          .containsOnly(SettleResult.SETTLED);
      s.close();
      client.queues().delete("gone", incarnation);
      // The broker answers a connection in order: a request that it sits on holds up all others.
      var unused = client.admin().describeCluster().clusterId().get(5, TimeUnit.SECONDS);
      assertThat(client.admin().listGroups().all().get()).noneMatch(g -> g.groupId().equals(group));
    }
    ConfigResource last = new ConfigResource(ConfigResource.Type.GROUP, "mq.q.gone.9");
    await()
        .until(
            () ->
                client
                    .admin()
                    .describeConfigs(List.of(last))
                    .all()
                    .get()
                    .get(last)
                    .entries()
                    .stream()
                    .noneMatch(e -> e.source() == ConfigEntry.ConfigSource.DYNAMIC_GROUP_CONFIG));
  }

  @Test
  void anotherIncarnationOfANameIsAnotherQueue() throws Exception {
    BackendQueue old = client.queues().create(QueueSpec.of("again"), "1");
    client.publish(old, "old", 3);
    client.queues().delete("again", "1");
    BackendQueue fresh = client.queues().create(QueueSpec.of("again"), "2");
    assertThat(client.queues().depth(fresh)).isZero();
    client.publish(fresh, "new", 1);
    QueueSubscription s = subscribe(fresh, 5);
    DeliveryBatch batch = Harness.receive(lane(s), 5);
    assertThat(Harness.texts(batch)).isEqualTo(List.of("new0"));
    assertThat(Harness.ackAll(lane(s), batch)).containsOnly(SettleResult.SETTLED);
    s.close();
  }
}
