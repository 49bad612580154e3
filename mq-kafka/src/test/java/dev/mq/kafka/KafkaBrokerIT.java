package dev.mq.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.AckMode;
import dev.mq.api.Broker;
import dev.mq.api.BrokerConfig;
import dev.mq.api.Consumer;
import dev.mq.api.Delivery;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.Message;
import dev.mq.api.Producer;
import dev.mq.api.QueueSpec;
import dev.mq.api.Retry;
import dev.mq.api.SendResult;
import dev.mq.api.SettleResult;
import dev.mq.api.Topology;
import dev.mq.tools.brokers.LocalKafka;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;

/** The whole library on a real cluster. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class KafkaBrokerIT {
  private static final Duration CLOSE = Duration.ofSeconds(10);

  private LocalKafka kafka;
  private Broker broker;
  private Broker other;

  @BeforeAll
  void start() {
    kafka = LocalKafka.builder().start();
    broker = open();
    other = open();
  }

  private Broker open() {
    return Broker.open(
        BrokerConfig.builder()
            .isolated()
            .set("mq.backend", "kafka")
            .set("mq.kafka.bootstrap-servers", kafka.bootstrapServers())
            .set("mq.kafka.lease", "6s")
            .build());
  }

  @AfterAll
  void stop() {
    broker.close();
    other.close();
    kafka.close();
  }

  private void declareQueue(String name) {
    broker.declare(Topology.builder().queue(QueueSpec.of(name)).build());
  }

  private static void send(Producer producer, String prefix, int count) {
    List<Message> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(Message.builder().body(prefix + i).build());
    }
    producer.sendAll(all).forEach(SendResult::orThrow);
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T t = queue.poll(30, TimeUnit.SECONDS);
    assertThat(t).isNotNull();
    return t;
  }

  @Test
  void aMessageIsRoutedByBindingsThatAnotherClientMade() throws Exception {
    other.declare(
        Topology.builder()
            .exchange(ExchangeSpec.topic("orders"))
            .queue(QueueSpec.of("billing"))
            .queue(QueueSpec.of("audit"))
            .bindQueue("orders", "order.#", "billing")
            .bindQueue("orders", "#", "audit")
            .build());
    BlockingQueue<Message> billed = new LinkedBlockingQueue<>();
    BlockingQueue<Message> audited = new LinkedBlockingQueue<>();
    Consumer billing = broker.queue("billing").consumer().start(d -> billed.add(d.message()));
    Consumer audit = other.queue("audit").consumer().start(d -> audited.add(d.message()));
    Message m =
        Message.builder()
            .body("hello")
            .key("4711")
            .routingKey("order.4711.paid")
            .header("tries", 3)
            .header("text", "x")
            .headerNull("nothing")
            .type("order-paid")
            .timeToLive(Duration.ofHours(1))
            .build();
    try (Producer producer = broker.exchange("orders").producer().open()) {
      producer.send(m);
      Message got = next(billed);
      assertThat(got.id()).isEqualTo(m.id());
      assertThat(got.key()).isEqualTo("4711");
      assertThat(got.routingKey()).isEqualTo("order.4711.paid");
      assertThat(got.headers()).isEqualTo(m.headers());
      assertThat(got.type()).isEqualTo("order-paid");
      assertThat(next(audited).text()).isEqualTo("hello");
      for (int i = 0; i < 20; i++) {
        String queue = "late" + i;
        other.declare(
            Topology.builder()
                .queue(QueueSpec.of(queue))
                .bindQueue("orders", queue, queue)
                .build());
        producer.send(Message.of("m".getBytes(StandardCharsets.UTF_8), queue));
        assertThat(other.queue(queue).depth()).isEqualTo(1);
      }
    }
    assertThat(billing.close(CLOSE)).isTrue();
    assertThat(audit.close(CLOSE)).isTrue();
  }

  @Test
  void eachMessageStartsWhileALaneIsFree(TestReporter reporter) throws Exception {
    oneMessageAtATime(1, reporter);
    oneMessageAtATime(3, reporter);
  }

  private void oneMessageAtATime(int blocked, TestReporter reporter) throws Exception {
    String queue = "lanes" + blocked;
    declareQueue(queue);
    CountDownLatch holding = new CountDownLatch(blocked);
    CountDownLatch free = new CountDownLatch(1);
    BlockingQueue<Long> started = new LinkedBlockingQueue<>();
    long opening = System.nanoTime();
    Consumer consumer =
        broker
            .queue(queue)
            .consumer()
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
    long[] late = new long[100];
    try (Producer producer = broker.queue(queue).producer().open()) {
      send(producer, "long", blocked);
      await(holding);
      for (int i = 0; i < late.length; i++) {
        long sent = System.nanoTime();
        send(producer, "short", 1);
        late[i] = next(started) - sent;
      }
    }
    free.countDown();
    assertThat(consumer.close(CLOSE)).isTrue();
    assertThat(broker.queue(queue).depth()).isZero();
    reporter.publishEntry("four lanes ready after", Harness.millis(opening));
    reporter.publishEntry(
        "publish to start, " + blocked + " of 4 lanes blocked", Harness.millis(late));
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
    declareQueue("foreign");
    var foreign = Executors.newFixedThreadPool(3);
    BlockingQueue<Long> took = new LinkedBlockingQueue<>();
    Set<SettleResult> results = ConcurrentHashMap.newKeySet();
    Consumer consumer =
        broker
            .queue("foreign")
            .consumer()
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
                                    results.add(result);
                                    took.add(System.nanoTime() - acked);
                                  });
                        }));
    long[] times = new long[100];
    try (Producer producer = broker.queue("foreign").producer().open()) {
      send(producer, "m", times.length);
    }
    for (int i = 0; i < times.length; i++) {
      times[i] = next(took);
    }
    assertThat(consumer.close(CLOSE)).isTrue();
    foreign.shutdown();
    assertThat(results).containsOnly(SettleResult.SETTLED);
    assertThat(broker.queue("foreign").depth()).isZero();
    reporter.publishEntry("ack to SETTLED, batches of two", Harness.millis(times));
  }

  @Test
  void renewalsOfBusyLanesDelayNoOtherMessage(TestReporter reporter) throws Exception {
    declareQueue("renew");
    CountDownLatch holding = new CountDownLatch(3);
    CountDownLatch free = new CountDownLatch(1);
    Map<String, Long> sent = new ConcurrentHashMap<>();
    BlockingQueue<Long> late = new LinkedBlockingQueue<>();
    AtomicInteger longDeliveries = new AtomicInteger();
    Consumer consumer =
        broker
            .queue("renew")
            .consumer()
            .prefetch(4)
            .concurrency(4)
            .start(
                d -> {
                  String text = d.message().text();
                  if (text.startsWith("long")) {
                    longDeliveries.incrementAndGet();
                    holding.countDown();
                    await(free);
                  } else {
                    late.add(System.nanoTime() - sent.get(text));
                  }
                });
    long[] times = new long[30];
    try (Producer producer = broker.queue("renew").producer().open()) {
      send(producer, "long", 3);
      await(holding);
      AtomicInteger next = new AtomicInteger();
      var timer = Executors.newSingleThreadScheduledExecutor();
      var unused =
          timer.scheduleAtFixedRate(
              () -> {
                String prefix = "short" + next.getAndIncrement() + "-";
                sent.put(prefix + "0", System.nanoTime());
                send(producer, prefix, 1);
              },
              0,
              500,
              TimeUnit.MILLISECONDS);
      for (int i = 0; i < times.length; i++) {
        times[i] = next(late);
      }
      timer.shutdown();
      assertThat(timer.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }
    free.countDown();
    assertThat(consumer.close(CLOSE)).isTrue();
    assertThat(longDeliveries).hasValue(3);
    assertThat(broker.queue("renew").depth()).isZero();
    reporter.publishEntry("held for more than two leases; publish to start", Harness.millis(times));
  }

  @Test
  void aConsumerGoesOnWhenTheClusterWasKilled() throws Exception {
    declareQueue("restart");
    Set<String> seen = ConcurrentHashMap.newKeySet();
    BlockingQueue<String> handled = new LinkedBlockingQueue<>();
    CountDownLatch free = new CountDownLatch(1);
    CountDownLatch holding = new CountDownLatch(1);
    Consumer consumer =
        broker
            .queue("restart")
            .consumer()
            .prefetch(4)
            .concurrency(2)
            .retry(Retry.backoff(Duration.ofMillis(10), Duration.ofMillis(10)))
            .start(
                d -> {
                  String text = d.message().text();
                  if (isLong(d)) {
                    holding.countDown();
                    await(free);
                  }
                  seen.add(text);
                  handled.add(text);
                });
    try (Producer producer = broker.queue("restart").producer().open()) {
      send(producer, "long", 1);
      send(producer, "before", 20);
      await(holding);
      kafka.kill();
      kafka.start();
      free.countDown();
      send(producer, "after", 20);
      Set<String> wanted = new HashSet<>(Set.of("long0"));
      for (int i = 0; i < 20; i++) {
        wanted.add("before" + i);
        wanted.add("after" + i);
      }
      while (!seen.containsAll(wanted)) {
        next(handled);
      }
    }
    assertThat(consumer.close(CLOSE)).isTrue();
    assertThat(broker.queue("restart").depth()).isZero();
  }
}
