package dev.mq.kafka.spike;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.LogSpec;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.api.QueueSpec;
import dev.mq.api.SettleResult;
import dev.mq.kafka.spike.SpikeHarness.Listener;
import dev.mq.kafka.spike.SpikeHarness.Sends;
import dev.mq.spi.BackendLog;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.GroupListener;
import dev.mq.spi.GroupMember;
import dev.mq.spi.Lane;
import dev.mq.spi.LogDriver;
import dev.mq.spi.PublishChannel;
import dev.mq.spi.QueueDriver;
import dev.mq.spi.QueueSubscription;
import dev.mq.spi.RecordBatch;
import dev.mq.spi.SettleOutcome;
import dev.mq.spi.SubscribeOptions;
import dev.mq.spi.TopologyLog;
import dev.mq.tools.brokers.LocalKafka;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;

/** What the driver contract has to carry, against a real broker. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 1, unit = TimeUnit.MINUTES)
final class KafkaSpikeIT {
  private static final Map<String, Object> QUICK =
      Map.of("delivery.timeout.ms", 3000, "request.timeout.ms", 1500, "max.block.ms", 2000);

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private LocalKafka kafka;
  private KafkaSpike session;

  @BeforeAll
  void start() {
    kafka = LocalKafka.builder().start();
    session = open();
  }

  @AfterAll
  void stop() {
    threads.shutdownNow();
    session.close(Duration.ofSeconds(5));
    kafka.close();
  }

  private KafkaSpike open() {
    return new KafkaSpike(kafka.bootstrapServers(), Executors.defaultThreadFactory(), QUICK);
  }

  private QueueDriver queues() {
    return session.queues().orElseThrow();
  }

  private BackendQueue queue(String name) {
    return queues().create(QueueSpec.of(name), UUID.randomUUID().toString());
  }

  /** A queue whose leases end after a second. */
  private BackendQueue shortLease(String name) {
    BackendQueue queue = queue(name);
    session.configureGroup(((KafkaSpike.Topic) queue).topic, "share.record.lock.duration.ms", "1000");
    return queue;
  }

  private QueueSubscription subscribe(BackendQueue queue, int prefetch, int concurrency, Listener listener) {
    return queues().subscribe(queue, new SubscribeOptions("c", prefetch, concurrency, false), listener);
  }

  private Sends publish(PublishChannel channel, BackendQueue queue, String prefix, int count) {
    Sends sends = new Sends(queue, prefix, count);
    channel.publish(sends);
    return sends;
  }

  private void publishAndClose(BackendQueue queue, String prefix, int count) throws InterruptedException {
    PublishChannel channel = session.openPublisher();
    assertThat(publish(channel, queue, prefix, count).await().failures()).isEmpty();
    channel.close(Duration.ofSeconds(5));
  }

  @Test
  void confirmsEachMessageWithItsOffset() throws Exception {
    BackendQueue queue = queue("confirm");
    PublishChannel channel = session.openPublisher();
    Sends sends = publish(channel, queue, "m", 100).await();
    assertThat(sends.failures()).isEmpty();
    assertThat(sends.offsets).isSorted().doesNotHaveDuplicates().startsWith(0).endsWith(99);
    assertThat(sends.completions).hasValue(100);
    channel.close(Duration.ofSeconds(5));
  }

  @Test
  void deletedTopic(TestReporter reporter) throws Exception {
    BackendQueue queue = queue("gone");
    PublishChannel warm = session.openPublisher();
    publish(warm, queue, "before", 1).await();
    String topic = ((KafkaSpike.Topic) queue).topic;
    queues().delete("gone", topic.substring("mq.q.gone.".length()));
    long t = System.nanoTime();
    Sends after = publish(warm, queue, "after", 2).await();
    reporter.publishEntry("deleted, warm", after.failures() + " " + after.failures().stream().map(session::classify).toList() + " after " + (System.nanoTime() - t) / 1_000_000);
    t = System.nanoTime();
    after = publish(warm, queue, "after", 1).await();
    reporter.publishEntry("deleted, warm 2", after.failures() + " " + after.failures().stream().map(session::classify).toList() + " after " + (System.nanoTime() - t) / 1_000_000);
    PublishChannel fresh = session.openPublisher();
    t = System.nanoTime();
    after = publish(fresh, queue, "after", 2).await();
    reporter.publishEntry("deleted, fresh", after.failures() + " " + after.failures().stream().map(session::classify).toList() + " after " + (System.nanoTime() - t) / 1_000_000);
    warm.close(Duration.ofSeconds(5));
    fresh.close(Duration.ofSeconds(5));
  }

  @Test
  void pausedBroker(TestReporter reporter) throws Exception {
    BackendQueue queue = queue("paused");
    PublishChannel channel = session.openPublisher();
    publish(channel, queue, "before", 1).await();
    kafka.pause();
    Sends lost;
    Sends closed;
    try {
      lost = publish(channel, queue, "lost", 20).await();
      closed = publish(channel, queue, "closed", 20);
      channel.close(Duration.ofMillis(100));
      closed.await();
    } finally {
      kafka.resume();
    }
    kafka.awaitReady(Duration.ofSeconds(30));
    reporter.publishEntry("paused", lost.failures().get(0) + " " + lost.failures().size() + " / closed: " + closed.failures().get(0) + " " + closed.failures().size());
    reporter.publishEntry("stored", drain(queue).toString());
    assertThat(lost.failures()).hasSize(20).allMatch(e -> !session.classify(e).definite());
    assertThat(closed.failures()).hasSize(20).allMatch(e -> !session.classify(e).definite());
  }

  /** Takes everything there is, up to a message published last. */
  private List<String> drain(BackendQueue queue) throws InterruptedException {
    publishAndClose(queue, "end", 1);
    List<String> texts = new ArrayList<>();
    QueueSubscription s = subscribe(queue, 1000, 1, new Listener());
    Lane lane = s.lanes().get(0);
    while (!texts.contains("end0")) {
      DeliveryBatch batch = SpikeHarness.receive(lane, 1000);
      for (int i = 0; i < batch.size(); i++) {
        texts.add(batch.message(i).text());
        assertThat(SpikeHarness.settle(lane, batch.token(i), SettleOutcome.ACK)).isEqualTo(SettleResult.SETTLED);
      }
    }
    s.close();
    return texts;
  }

  @Test
  void killedBroker(TestReporter reporter) throws Exception {
    BackendQueue queue = queue("killed");
    PublishChannel channel = session.openPublisher();
    List<Sends> all = new ArrayList<>();
    all.add(publish(channel, queue, "before", 1).await());
    for (int i = 0; i < 300; i++) {
      all.add(publish(channel, queue, "m" + i + "-", 10));
      if (i == 100) {
        Thread killer = new Thread(kafka::kill);
        killer.start();
      }
    }
    for (Sends s : all) {
      s.await();
    }
    channel.close(Duration.ofSeconds(5));
    kafka.start();
    List<String> stored = drain(queue);
    int confirmed = 0;
    int unknown = 0;
    int unknownStored = 0;
    for (Sends s : all) {
      for (int i = 0; i < s.size(); i++) {
        boolean there = stored.contains(s.message(i).text());
        if (s.errors[i] == null) {
          confirmed++;
          assertThat(there).isTrue();
        } else if (session.classify(s.errors[i]).definite()) {
          assertThat(there).as("%s", s.errors[i]).isFalse();
        } else {
          unknown++;
          unknownStored += there ? 1 : 0;
        }
      }
    }
    reporter.publishEntry("killed", "confirmed " + confirmed + ", unknown " + unknown + ", of these stored " + unknownStored + ", definite " + (3001 - confirmed - unknown));
  }

  @Test
  void startsEachMessageWhileALaneIsFree(TestReporter reporter) throws Exception {
    for (int blocked : new int[] {1, 3}) {
      BackendQueue queue = queue("lanes" + blocked);
      long t = System.nanoTime();
      QueueSubscription s = subscribe(queue, 4, 4, new Listener());
      reporter.publishEntry("four lanes ready", (System.nanoTime() - t) / 1_000_000 + " ms");
      assertThat(s.lanes()).hasSize(4);
      CountDownLatch free = new CountDownLatch(1);
      CountDownLatch holding = new CountDownLatch(blocked);
      BlockingQueue<Long> starts = new LinkedBlockingQueue<>();
      List<Long> settles = java.util.Collections.synchronizedList(new ArrayList<>());
      List<SpikePump> pumps = new ArrayList<>();
      for (Lane lane : s.lanes()) {
        pumps.add(
            new SpikePump(
                lane,
                1,
                threads,
                (m, attempt) -> {
                  if (m.text().startsWith("long")) {
                    holding.countDown();
                    await(free);
                  } else {
                    starts.add(System.nanoTime());
                  }
                },
                (result, nanos) -> {
                  assertThat(result).isEqualTo(SettleResult.SETTLED);
                  settles.add(nanos);
                }));
      }
      List<java.util.concurrent.Future<?>> running = new ArrayList<>(pumps.stream().<java.util.concurrent.Future<?>>map(threads::submit).toList());
      PublishChannel channel = session.openPublisher();
      publish(channel, queue, "long", blocked).await();
      await(holding);
      long[] late = new long[100];
      for (int i = 0; i < late.length; i++) {
        long sent = System.nanoTime();
        publish(channel, queue, "short", 1);
        Long started = starts.poll(10, TimeUnit.SECONDS);
        assertThat(started).as("message %s did not start", i).isNotNull();
        late[i] = started - sent;
      }
      free.countDown();
      pumps.forEach(SpikePump::close);
      for (var r : running) {
        r.get();
      }
      s.close();
      channel.close(Duration.ofSeconds(5));
      reporter.publishEntry(blocked + " of 4 lanes blocked, publish to start", SpikeHarness.millis(late));
      reporter.publishEntry("handler end to SETTLED", SpikeHarness.millis(settles.stream().mapToLong(n -> n).toArray()));
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void lateSettlementIsLeaseLostAndTheMessageComesAgain() throws Exception {
    BackendQueue queue = shortLease("lease");
    QueueSubscription first = subscribe(queue, 2, 1, new Listener());
    QueueSubscription second = subscribe(queue, 1, 1, new Listener());
    publishAndClose(queue, "m", 1);
    Lane a = first.lanes().get(0);
    Lane b = second.lanes().get(0);
    DeliveryBatch held = SpikeHarness.receive(a, 2);
    assertThat(a.receive(new DeliveryBatch(1), 0)).isEqualTo(Lane.BARRIER);
    assertThat(held.attempt(0)).isEqualTo(1);
    DeliveryBatch again = SpikeHarness.receive(b, 1);
    assertThat(again.message(0).id()).isEqualTo(held.message(0).id());
    assertThat(again.attempt(0)).isEqualTo(2);
    assertThat(SpikeHarness.settle(a, held.token(0), SettleOutcome.ACK)).isEqualTo(SettleResult.LEASE_LOST);
    assertThat(SpikeHarness.settle(a, held.token(0), SettleOutcome.ACK)).isEqualTo(SettleResult.LEASE_LOST);
    assertThat(SpikeHarness.settle(b, again.token(0), SettleOutcome.ACK)).isEqualTo(SettleResult.SETTLED);
    first.close();
    second.close();
  }

  @Test
  void renewalsDelayNoOtherMessage(TestReporter reporter) throws Exception {
    BackendQueue queue = shortLease("renew");
    Listener listener = new Listener();
    QueueSubscription s = subscribe(queue, 4, 4, listener);
    CountDownLatch free = new CountDownLatch(1);
    CountDownLatch holding = new CountDownLatch(3);
    Map<String, Long> sent = new ConcurrentHashMap<>();
    BlockingQueue<Long> late = new LinkedBlockingQueue<>();
    AtomicInteger attempts = new AtomicInteger();
    List<SpikePump> pumps = new ArrayList<>();
    List<SettleResult> results = java.util.Collections.synchronizedList(new ArrayList<>());
    for (Lane lane : s.lanes()) {
      pumps.add(
          new SpikePump(
              lane,
              1,
              threads,
              (m, attempt) -> {
                attempts.addAndGet(attempt);
                if (m.text().startsWith("long")) {
                  holding.countDown();
                  await(free);
                } else {
                  late.add(System.nanoTime() - sent.get(m.text()));
                }
              },
              (result, nanos) -> results.add(result)));
    }
    List<java.util.concurrent.Future<?>> running = new ArrayList<>(pumps.stream().<java.util.concurrent.Future<?>>map(threads::submit).toList());
    PublishChannel channel = session.openPublisher();
    publish(channel, queue, "long", 3).await();
    await(holding);
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    AtomicInteger next = new AtomicInteger();
    var sender =
        timer.scheduleAtFixedRate(
            () -> {
              String prefix = "short-" + next.getAndIncrement() + "-";
              sent.put(prefix + "0", System.nanoTime());
              publish(channel, queue, prefix, 1);
            },
            0,
            230,
            TimeUnit.MILLISECONDS);
    long[] lateness = new long[40];
    for (int i = 0; i < lateness.length; i++) {
      Long l = late.poll(20, TimeUnit.SECONDS);
      assertThat(l).isNotNull();
      lateness[i] = l;
    }
    sender.cancel(false);
    timer.shutdown();
    assertThat(timer.awaitTermination(5, TimeUnit.SECONDS)).isTrue();
    free.countDown();
    pumps.forEach(SpikePump::close);
    for (var r : running) {
      r.get();
    }
    int renewals = s.lanes().stream().mapToInt(l -> ((ShareLane) l).renewals).sum();
    int polls = s.lanes().stream().mapToInt(l -> ((ShareLane) l).pollsToGetBack).sum();
    s.close();
    channel.close(Duration.ofSeconds(5));
    reporter.publishEntry("renewals " + renewals + ", polls to get them back " + polls, SpikeHarness.millis(lateness));
    assertThat(listener.lost).isEmpty();
    assertThat(results).containsOnly(SettleResult.SETTLED);
    assertThat(attempts.get()).isEqualTo(results.size());
  }

  @Test
  void handOver(TestReporter reporter) throws Exception {
    LogDriver logs = session.logs().orElseThrow();
    BackendLog log = logs.create(LogSpec.of("handover", 2));
    PublishChannel channel = session.openPublisher();
    for (int p = 0; p < 2; p++) {
      int partition = p;
      Sends sends =
          new Sends(log, "p" + p + "-", 50) {
            @Override
            public int partition(int index) {
              return partition;
            }
          };
      channel.publish(sends);
      assertThat(sends.await().failures()).isEmpty();
    }
    channel.close(Duration.ofSeconds(5));
    Member a = new Member(logs, log);
    Member b;
    while (a.next.size() < 2 || a.next.values().stream().anyMatch(o -> o < 10)) {
      a.poll();
    }
    b = new Member(logs, log);
    long t = System.nanoTime();
    while (b.next.isEmpty()) {
      a.poll();
      b.poll();
    }
    reporter.publishEntry("second member's first record", (System.nanoTime() - t) / 1_000_000 + " ms");
    reporter.publishEntry("a", a.events.toString());
    reporter.publishEntry("b", b.events.toString());
    int moved = b.next.keySet().iterator().next();
    assertThat(b.firstOffset.get(moved)).isEqualTo(a.next.get(moved));
    // not the owner any more
    var answer = new java.util.concurrent.CompletableFuture<Throwable>();
    a.member.commit(Positions.of(moved, 3), answer::complete);
    assertThat(answer.join()).hasMessageContaining("owned");
    // what the broker would do
    ((SpikeSource) a.member).consumer.commitSync(SpikeLogs.committable("mq.l.handover", Positions.of(moved, 3)));
    reporter.publishEntry("committed by a member that does not own it", logs.committed(log, "g").toString());
    b.member.close();
    a.member.close();
  }

  private static final class Member implements GroupListener {
    final Map<Integer, Long> next = new ConcurrentHashMap<>();
    final Map<Integer, Long> firstOffset = new ConcurrentHashMap<>();
    final List<String> events = new ArrayList<>();
    final GroupMember member;

    Member(LogDriver logs, BackendLog log) {
      member = logs.join(log, "g", Position.begin(), this);
    }

    void poll() throws InterruptedException {
      RecordBatch batch = new RecordBatch(7);
      member.poll(batch, 20_000_000);
      for (int i = 0; i < batch.size(); i++) {
        firstOffset.putIfAbsent(batch.partition(i), batch.offset(i));
        next.put(batch.partition(i), batch.offset(i) + 1);
      }
    }

    @Override
    public void assigned(int[] partitions) {
      events.add("assigned " + Arrays.toString(partitions));
    }

    @Override
    public void revoked(int[] partitions) {
      for (int p : partitions) {
        if (next.containsKey(p)) {
          member.commit(Positions.of(p, next.get(p)), e -> events.add("commit " + p + "/" + next.get(p) + ": " + e));
        }
      }
      events.add("revoked " + Arrays.toString(partitions));
    }

    @Override
    public void lost(int[] partitions) {
      events.add("lost " + Arrays.toString(partitions));
    }
  }

  @Test
  void topologyLogReadsAreLinearizable(TestReporter reporter) throws Exception {
    KafkaSpike other = open();
    TopologyLog writer = session.topologyLog().orElseThrow();
    TopologyLog reader = other.topologyLog().orElseThrow();
    Map<Long, Long> seen = new ConcurrentHashMap<>();
    BlockingQueue<Long> reached = new LinkedBlockingQueue<>();
    TopologyLog.Subscription s =
        reader.follow(
            new TopologyLog.Follower() {
              @Override
              public void command(long offset, byte[] command) {
                seen.put(offset, System.nanoTime());
              }

              @Override
              public void reached(long offset) {
                reached.add(offset);
              }
            });
    int n = 500;
    long[] append = new long[n];
    long[] read = new long[n];
    long[] follow = new long[n];
    for (int i = 0; i < n; i++) {
      long t0 = System.nanoTime();
      long offset = writer.append(new byte[100]);
      long t1 = System.nanoTime();
      BlockingQueue<Object> end = new LinkedBlockingQueue<>();
      reader.readEnd(
          new TopologyLog.EndCallback() {
            @Override
            public void end(long e) {
              end.add(e);
            }

            @Override
            public void failed(Throwable error) {
              end.add(error);
            }
          });
      Object answer = end.take();
      long t2 = System.nanoTime();
      assertThat((Long) answer).isGreaterThan(offset);
      while (!seen.containsKey(offset)) {
        assertThat(reached.poll(10, TimeUnit.SECONDS)).isNotNull();
      }
      append[i] = t1 - t0;
      read[i] = t2 - t1;
      follow[i] = seen.get(offset) - t0;
    }
    s.close();
    other.close(Duration.ofSeconds(5));
    reporter.publishEntry("append", SpikeHarness.millis(append));
    reporter.publishEntry("readEnd by Admin.listOffsets", SpikeHarness.millis(read));
    reporter.publishEntry("append invoked to seen by a follower", SpikeHarness.millis(follow));
    try (var consumer = new org.apache.kafka.clients.consumer.KafkaConsumer<byte[], byte[]>(session.consumer(Map.of()))) {
      for (int i = 0; i < n; i++) {
        long offset = writer.append(new byte[100]);
        long t = System.nanoTime();
        long end = consumer.endOffsets(List.of(SpikeTopology.PARTITION)).get(SpikeTopology.PARTITION);
        read[i] = System.nanoTime() - t;
        assertThat(end).isGreaterThan(offset);
      }
    }
    reporter.publishEntry("Consumer.endOffsets", SpikeHarness.millis(read));
  }
}
