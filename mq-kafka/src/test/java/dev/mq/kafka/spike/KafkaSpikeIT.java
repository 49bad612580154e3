package dev.mq.kafka.spike;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.AckMode;
import dev.mq.api.Consumer;
import dev.mq.api.Delivery;
import dev.mq.api.Positions;
import dev.mq.api.QueueSpec;
import dev.mq.api.SettleResult;
import dev.mq.kafka.spike.KafkaSpike.Topic;
import dev.mq.kafka.spike.SpikeHarness.Listener;
import dev.mq.kafka.spike.SpikeHarness.Member;
import dev.mq.kafka.spike.SpikeHarness.Sends;
import dev.mq.kafka.spike.SpikeHarness.Viewer;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.Lane;
import dev.mq.spi.PublishChannel;
import dev.mq.spi.QueueSubscription;
import dev.mq.spi.SettleOutcome;
import dev.mq.spi.SubscribeOptions;
import dev.mq.spi.TopologyLog;
import dev.mq.tools.brokers.BrokerException;
import dev.mq.tools.brokers.LocalKafka;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;

/** What the driver contract has to carry, against a real broker. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class KafkaSpikeIT {
  /** Bounds short enough to see what happens at their end. */
  private static final Map<String, Object> SHORT =
      Map.of("delivery.timeout.ms", 3000, "request.timeout.ms", 1500, "max.block.ms", 2000);

  private static final Duration CLOSE = Duration.ofSeconds(10);

  private LocalKafka kafka;
  private KafkaSpike driver;
  private SpikeRuntime runtime;

  @BeforeAll
  void start() {
    kafka = LocalKafka.builder().start();
    driver = new KafkaSpike(kafka.bootstrapServers(), Map.of());
    runtime = new SpikeRuntime(driver);
  }

  @AfterAll
  void stop() {
    runtime.close();
    driver.admin.close(CLOSE);
    kafka.close();
  }

  private Topic queue(String name) {
    return (Topic) driver.create(QueueSpec.of(name), UUID.randomUUID().toString());
  }

  /** Returns a queue whose leases end after three seconds. */
  private Topic shortLease(String name) {
    Topic queue = queue(name);
    driver.configureGroup(queue.topic(), "share.record.lock.duration.ms", "3000");
    return queue;
  }

  private QueueSubscription subscribe(Topic queue, int prefetch) {
    return driver.subscribe(queue, new SubscribeOptions("c", prefetch, 1, false), new Listener());
  }

  private PublishChannel boundedPublisher() {
    return new SpikePublisher(new KafkaSpike(kafka.bootstrapServers(), SHORT));
  }

  private static Sends publish(PublishChannel channel, Topic to, String prefix, int count) {
    Sends sends = new Sends(to, prefix, count, 0);
    channel.publish(sends);
    return sends;
  }

  private void publishAndClose(Topic to, String prefix, int count, int partition)
      throws InterruptedException {
    PublishChannel channel = new SpikePublisher(driver);
    Sends sends = new Sends(to, prefix, count, partition);
    channel.publish(sends);
    assertThat(sends.await().failures()).isEmpty();
    channel.close(CLOSE);
  }

  /** Takes all there is. */
  private Set<String> drain(Topic queue) throws InterruptedException {
    publishAndClose(queue, "end", 1, 0);
    Set<String> texts = new HashSet<>();
    QueueSubscription s = subscribe(queue, 500);
    Lane lane = s.lanes().get(0);
    while (!texts.contains("end0")) {
      DeliveryBatch batch = SpikeHarness.receive(lane, 500);
      for (int i = 0; i < batch.size(); i++) {
        texts.add(batch.message(i).text());
      }
      assertThat(SpikeHarness.settleAll(lane, batch)).containsOnly(SettleResult.SETTLED);
    }
    s.close();
    return texts;
  }

  @Test
  void eachMessageIsConfirmedWithItsOffset() throws Exception {
    PublishChannel channel = new SpikePublisher(driver);
    Sends sends = publish(channel, queue("confirm"), "m", 100).await();
    assertThat(sends.failures()).isEmpty();
    assertThat(sends.offsets).isSorted().doesNotHaveDuplicates().startsWith(0).endsWith(99);
    channel.close(CLOSE);
    assertThat(sends.completions).hasValue(100);
  }

  @Test
  void publishingToADeletedQueueIsUnknownFirstAndDefiniteOnceTheClientKnows(TestReporter reporter)
      throws Exception {
    Topic queue = queue("gone");
    PublishChannel channel = boundedPublisher();
    assertThat(publish(channel, queue, "before", 1).await().failures()).isEmpty();
    driver.delete("gone", queue.topic().substring("mq.q.gone.".length()));

    long start = System.nanoTime();
    Sends first = publish(channel, queue, "first", 2).await();
    long between = System.nanoTime();
    Sends second = publish(channel, queue, "second", 5).await();
    long end = System.nanoTime();
    channel.close(CLOSE);

    assertThat(first.failures()).hasSize(2);
    assertThat(second.failures()).hasSize(5).allMatch(KafkaSpikeIT::isDefinite);
    assertThat(end - between).isLessThan(Duration.ofSeconds(8).toNanos());
    reporter.publishEntry(
        "known topic after " + SpikeHarness.millis(between - start), first.failures().toString());
    reporter.publishEntry(
        "forgotten topic after " + SpikeHarness.millis(end - between),
        second.failures().get(0).toString());
  }

  private static boolean isDefinite(Throwable error) {
    return SpikePublisher.classify(error).definite();
  }

  @Test
  void confirmsLostInAFrozenBrokerAreUnknown(TestReporter reporter) throws Exception {
    Topic queue = queue("frozen");
    PublishChannel channel = boundedPublisher();
    PublishChannel closing = new SpikePublisher(driver);
    publish(channel, queue, "before", 1).await();
    publish(closing, queue, "also", 1).await();
    Sends lost;
    Sends closed;
    Sends refused;
    freeze();
    try {
      lost = publish(channel, queue, "lost", 20);
      closed = publish(closing, queue, "closed", 20);
      closing.close(Duration.ofMillis(100));
      closed.await();
      lost.await();
      refused = publish(channel, queue, "refused", 20).await();
    } finally {
      kafka.resume();
    }
    kafka.awaitReady(Duration.ofSeconds(30));
    channel.close(CLOSE);
    assertThat(lost.failures()).hasSize(20).noneMatch(KafkaSpikeIT::isDefinite);
    assertThat(closed.failures()).hasSize(20).noneMatch(KafkaSpikeIT::isDefinite);
    assertThat(List.of(lost, closed, refused))
        .allSatisfy(s -> assertThat(s.completions).hasValue(20));
    reporter.publishEntry("lost", lost.failures().get(0).toString());
    reporter.publishEntry("closed", closed.failures().get(0).toString());
    reporter.publishEntry("after that", refused.failures().get(0).toString());
    checkOutcomes(queue, List.of(lost, closed, refused), reporter);
  }

  @Test
  void confirmsLostInAKilledBrokerAreUnknown(TestReporter reporter) throws Exception {
    Topic queue = queue("killed");
    PublishChannel channel = boundedPublisher();
    List<Sends> all = new ArrayList<>();
    all.add(publish(channel, queue, "before", 1).await());
    Thread killer = new Thread(kafka::kill);
    for (int i = 0; i < 300; i++) {
      all.add(publish(channel, queue, "m" + i + "-", 10));
      if (i == 50) {
        killer.start();
      }
    }
    for (Sends s : all) {
      s.await();
    }
    killer.join();
    channel.close(CLOSE);
    kafka.start();
    checkOutcomes(queue, all, reporter);
  }

  /** The signal is on its way when pause returns: waits until nothing answers any more. */
  private void freeze() {
    kafka.pause();
    try {
      while (true) {
        kafka.awaitReady(Duration.ofMillis(600));
      }
    } catch (BrokerException e) {
      assertThat(kafka.isRunning()).isTrue();
    }
  }

  /** Holds outcomes against what is in the queue. */
  private void checkOutcomes(Topic queue, List<Sends> all, TestReporter reporter)
      throws InterruptedException {
    Set<String> stored = drain(queue);
    Map<String, Integer> count = new HashMap<>();
    for (Sends s : all) {
      for (int i = 0; i < s.size(); i++) {
        boolean there = stored.contains(s.message(i).text());
        Throwable error = s.errors[i];
        if (error == null) {
          assertThat(there).as("confirmed").isTrue();
          count.merge("confirmed", 1, Integer::sum);
        } else if (isDefinite(error)) {
          assertThat(there).as("%s", error).isFalse();
          count.merge("definite", 1, Integer::sum);
        } else {
          count.merge(there ? "unknown, stored" : "unknown, not stored", 1, Integer::sum);
        }
      }
    }
    reporter.publishEntry("outcomes", count.toString());
  }

  @Test
  void eachMessageStartsWhileALaneIsFree(TestReporter reporter) throws Exception {
    oneMessageAtATime(1, reporter);
    oneMessageAtATime(3, reporter);
  }

  private void oneMessageAtATime(int blocked, TestReporter reporter) throws Exception {
    Topic queue = shortLease("lanes" + blocked);
    CountDownLatch holding = new CountDownLatch(blocked);
    CountDownLatch free = new CountDownLatch(1);
    BlockingQueue<Long> started = new LinkedBlockingQueue<>();
    long opening = System.nanoTime();
    Consumer consumer =
        runtime
            .consumer(queue)
            .prefetch(4)
            .concurrency(4)
            .start(
                d -> {
                  if (isLong(d)) {
                    holding.countDown();
                    await(free);
                  } else if (d.message().text().startsWith("short")) {
                    started.add(System.nanoTime());
                  }
                });
    opening = System.nanoTime() - opening;
    PublishChannel channel = new SpikePublisher(driver);
    publish(channel, queue, "long", blocked).await();
    await(holding);
    long[] late = new long[100];
    for (int i = 0; i < late.length; i++) {
      long sent = System.nanoTime();
      publish(channel, queue, "short", 1);
      Long start = started.poll(20, TimeUnit.SECONDS);
      assertThat(start).as("message %s of 100 starts", i).isNotNull();
      late[i] = start - sent;
    }
    free.countDown();
    assertThat(consumer.close(CLOSE)).isTrue();
    channel.close(CLOSE);
    reporter.publishEntry("four lanes ready after", SpikeHarness.millis(opening));
    reporter.publishEntry(
        "publish to start, " + blocked + " of 4 lanes blocked", SpikeHarness.millis(late));
  }

  /**
   * One that comes again, because the machine stood still for a lease, must not take another slot.
   */
  private static boolean isLong(Delivery d) {
    return d.attempt() == 1 && d.message().text().startsWith("long");
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void settlementsFromForeignThreadsAreConfirmed(TestReporter reporter) throws Exception {
    Topic queue = queue("foreign");
    var foreign = Executors.newFixedThreadPool(3);
    BlockingQueue<Long> took = new LinkedBlockingQueue<>();
    List<SettleResult> results = new ArrayList<>();
    Consumer consumer =
        runtime
            .consumer(queue)
            .prefetch(8)
            .concurrency(4)
            .ackMode(AckMode.MANUAL)
            .start(
                d ->
                    foreign.execute(
                        () -> {
                          long acked = System.nanoTime();
                          d.ack();
                          d.settled()
                              .thenAccept(
                                  result -> {
                                    synchronized (results) {
                                      results.add(result);
                                    }
                                    took.add(System.nanoTime() - acked);
                                  });
                        }));
    publishAndClose(queue, "m", 100, 0);
    long[] times = new long[100];
    for (int i = 0; i < times.length; i++) {
      Long t = took.poll(20, TimeUnit.SECONDS);
      assertThat(t).as("settlement %s is answered", i).isNotNull();
      times[i] = t;
    }
    assertThat(consumer.close(CLOSE)).isTrue();
    foreign.shutdown();
    assertThat(results).hasSize(100).containsOnly(SettleResult.SETTLED);
    assertThat(drain(queue)).containsExactly("end0");
    reporter.publishEntry("ack to SETTLED, batches of two", SpikeHarness.millis(times));
  }

  @Test
  void aSettlementAfterTheLeaseIsLeaseLostAndTheMessageComesAgain() throws Exception {
    Topic queue = shortLease("lease");
    QueueSubscription first = subscribe(queue, 2);
    QueueSubscription second = subscribe(queue, 1);
    Lane a = first.lanes().get(0);
    Lane b = second.lanes().get(0);
    publishAndClose(queue, "m", 1, 0);
    // Either may get it; the other one gets it again.
    DeliveryBatch held = new DeliveryBatch(2);
    while (a.receive(held, 10_000_000) == 0 && b.receive(held, 10_000_000) == 0) {
      assertThat(held.size()).isZero();
    }
    Lane holder = a.receive(new DeliveryBatch(1), 0) == Lane.BARRIER ? a : b;
    Lane heir = holder == a ? b : a;
    assertThat(held.attempt(0)).isEqualTo(1);

    DeliveryBatch again = SpikeHarness.receive(heir, 1);
    assertThat(again.message(0).id()).isEqualTo(held.message(0).id());
    assertThat(again.attempt(0)).isGreaterThan(1);
    assertThat(settle(holder, held.token(0))).isEqualTo(SettleResult.LEASE_LOST);
    assertThat(settle(holder, held.token(0))).isEqualTo(SettleResult.LEASE_LOST);
    assertThat(settle(heir, again.token(0))).isEqualTo(SettleResult.SETTLED);
    assertThat(settle(heir, again.token(0))).isEqualTo(SettleResult.LEASE_LOST);
    first.close();
    second.close();
    assertThat(drain(queue)).containsExactly("end0");
  }

  private static SettleResult settle(Lane lane, long token) {
    return SpikeHarness.settle(lane, SettleOutcome.ACK, token).get(0);
  }

  @Test
  void aRenewalAfterTheLeaseReportsItLost() throws Exception {
    Topic queue = shortLease("stale");
    Listener listener = new Listener();
    SubscribeOptions one = new SubscribeOptions("c", 1, 1, false);
    QueueSubscription first = driver.subscribe(queue, one, listener);
    Lane holder = first.lanes().get(0);
    publishAndClose(queue, "m", 1, 0);
    DeliveryBatch held = SpikeHarness.receive(holder, 1);
    QueueSubscription second = subscribe(queue, 1);
    DeliveryBatch again = SpikeHarness.receive(second.lanes().get(0), 1);
    holder.renew();
    assertThat(listener.lost).containsExactly(held.token(0));
    assertThat(settle(holder, held.token(0))).isEqualTo(SettleResult.LEASE_LOST);
    assertThat(settle(second.lanes().get(0), again.token(0))).isEqualTo(SettleResult.SETTLED);
    second.close();
    publishAndClose(queue, "next", 1, 0);
    DeliveryBatch next = SpikeHarness.receive(holder, 1);
    while (!next.message(0).text().equals("next0")) {
      // The client had fetched it once more by itself, and its lease is long over.
      assertThat(settle(holder, next.token(0))).isEqualTo(SettleResult.LEASE_LOST);
      next = SpikeHarness.receive(holder, 1);
    }
    assertThat(settle(holder, next.token(0))).isEqualTo(SettleResult.SETTLED);
    first.close();
  }

  @Test
  void renewalsOfBusyLanesDelayNoOtherMessage(TestReporter reporter) throws Exception {
    Topic queue = shortLease("renew");
    driver.opened.clear();
    CountDownLatch holding = new CountDownLatch(3);
    CountDownLatch free = new CountDownLatch(1);
    Map<String, Long> sent = new ConcurrentHashMap<>();
    BlockingQueue<Long> late = new LinkedBlockingQueue<>();
    AtomicInteger longDeliveries = new AtomicInteger();
    Consumer consumer =
        runtime
            .consumer(queue)
            .prefetch(4)
            .concurrency(4)
            .start(
                d -> {
                  String text = d.message().text();
                  if (isLong(d)) {
                    longDeliveries.incrementAndGet();
                    holding.countDown();
                    await(free);
                  } else if (text.startsWith("short")) {
                    late.add(System.nanoTime() - sent.get(text));
                  }
                });
    PublishChannel channel = new SpikePublisher(driver);
    publish(channel, queue, "long", 3).await();
    await(holding);
    AtomicInteger next = new AtomicInteger();
    var timer = Executors.newSingleThreadScheduledExecutor();
    var sending =
        timer.scheduleAtFixedRate(
            () -> {
              String prefix = "short" + next.getAndIncrement() + "-";
              sent.put(prefix + "0", System.nanoTime());
              publish(channel, queue, prefix, 1);
            },
            0,
            500,
            TimeUnit.MILLISECONDS);
    long[] times = new long[40];
    for (int i = 0; i < times.length; i++) {
      Long l = late.poll(20, TimeUnit.SECONDS);
      assertThat(l).as("message %s of 40 starts", i).isNotNull();
      times[i] = l;
    }
    sending.cancel(false);
    timer.shutdown();
    assertThat(timer.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    int renewed = driver.opened.stream().mapToInt(l -> l.renewed).sum();
    int polls = driver.opened.stream().mapToInt(l -> l.pollsToGetBack).sum();
    free.countDown();
    assertThat(consumer.close(CLOSE)).isTrue();
    channel.close(CLOSE);
    assertThat(renewed).isGreaterThan(3);
    assertThat(longDeliveries).hasValue(3);
    assertThat(drain(queue)).containsExactly("end0");
    reporter.publishEntry(
        renewed + " renewals, " + polls + " polls to get them back; publish to start",
        SpikeHarness.millis(times));
  }

  @Test
  void aPartitionIsHandedOverAtItsCommittedPosition(TestReporter reporter) throws Exception {
    Topic log = driver.createTopic("handover", "mq.l.handover", 2);
    publishAndClose(log, "p0-", 500, 0);
    publishAndClose(log, "p1-", 500, 1);
    Member a = new Member(driver, log);
    while (a.next.size() < 2) {
      a.poll();
    }
    Member b = new Member(driver, log);
    long start = System.nanoTime();
    while (b.next.isEmpty()) {
      a.poll();
      b.poll();
    }
    long handedOver = System.nanoTime() - start;
    int moved = b.next.keySet().iterator().next();
    assertThat(a.commits).containsExactly("ok " + moved + "/" + a.next.get(moved));
    assertThat(b.first.get(moved)).isEqualTo(a.next.get(moved));

    Positions stale = Positions.of(moved, 3);
    a.commit(moved, 3);
    assertThat(a.commits).last().asString().startsWith("FENCED");
    assertThat(committed(moved)).isEqualTo(a.next.get(moved));
    // Why the driver has to refuse it:
    a.member.consumer.commitSync(a.member.offsets(stale));
    assertThat(committed(moved)).isEqualTo(3);
    b.commit(moved, b.next.get(moved));
    while (b.commits.isEmpty()) {
      b.poll();
    }
    assertThat(b.commits).containsExactly("ok " + moved + "/" + b.committed.get(moved));
    a.member.close();
    b.member.close();
    reporter.publishEntry(
        "join to first record of the second member", SpikeHarness.millis(handedOver));
  }

  private long committed(int partition) {
    var all =
        KafkaSpike.get(driver.admin.listConsumerGroupOffsets("g").partitionsToOffsetAndMetadata());
    return all.get(new Topic("", "mq.l.handover", 2).partition(partition)).offset();
  }

  @Test
  void theEndOfTheTopologyLogIsBehindEveryConfirmedCommand(TestReporter reporter) throws Exception {
    driver.createTopic("topology", SpikeTopology.PARTITION.topic(), 1);
    KafkaSpike otherDriver = new KafkaSpike(kafka.bootstrapServers(), Map.of());
    SpikeTopology writer = new SpikeTopology(driver, Executors.defaultThreadFactory());
    SpikeTopology reader = new SpikeTopology(otherDriver, Executors.defaultThreadFactory());
    Viewer viewer = new Viewer();
    TopologyLog.Subscription following = reader.follow(viewer);
    int n = 500;
    long[] append = new long[n];
    long[] read = new long[n];
    long[] view = new long[n];
    long[] direct = new long[n];
    try (KafkaConsumer<byte[], byte[]> c = new KafkaConsumer<>(driver.consumer(Map.of()))) {
      for (int i = 0; i < n; i++) {
        long t0 = System.nanoTime();
        long offset = writer.append(new byte[100]);
        long t1 = System.nanoTime();
        long end = SpikeHarness.readEnd(reader);
        long t2 = System.nanoTime();
        long endOffset =
            c.endOffsets(List.of(SpikeTopology.PARTITION)).get(SpikeTopology.PARTITION);
        direct[i] = System.nanoTime() - t2;
        assertThat(end).isEqualTo(offset + 1);
        assertThat(endOffset).isEqualTo(offset + 1);
        append[i] = t1 - t0;
        read[i] = t2 - t1;
        view[i] = viewer.awaitSeen(offset) - t0;
      }
    }
    following.close();
    int seen = viewer.seen.size();
    assertThat(seen).isEqualTo(n);
    writer.append(new byte[1]);
    assertThat(viewer.seen).hasSize(seen);
    writer.close();
    reader.close();
    otherDriver.admin.close(CLOSE);
    reporter.publishEntry("append", SpikeHarness.millis(append));
    reporter.publishEntry("readEnd by Admin.listOffsets", SpikeHarness.millis(read));
    reporter.publishEntry("read by Consumer.endOffsets", SpikeHarness.millis(direct));
    reporter.publishEntry("append invoked to seen by another client", SpikeHarness.millis(view));
  }
}
