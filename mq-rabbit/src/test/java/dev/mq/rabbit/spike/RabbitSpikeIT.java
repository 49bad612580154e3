package dev.mq.rabbit.spike;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import dev.mq.api.AckMode;
import dev.mq.api.Binding;
import dev.mq.api.Broker;
import dev.mq.api.BrokerConfig;
import dev.mq.api.Consumer;
import dev.mq.api.Delivery;
import dev.mq.api.ErrorCode;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.GroupConsumer;
import dev.mq.api.LogSpec;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Positions;
import dev.mq.api.Producer;
import dev.mq.api.QueueSpec;
import dev.mq.api.Receipt;
import dev.mq.api.SendResult;
import dev.mq.api.SettleResult;
import dev.mq.api.Topology;
import dev.mq.api.UnroutableException;
import dev.mq.tools.brokers.BrokerException;
import dev.mq.tools.brokers.LocalRabbit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The driver contract on a real RabbitMQ, through the runtime; prints the figures it measures. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class RabbitSpikeIT {
  private static final Logger LOG = LoggerFactory.getLogger(RabbitSpikeIT.class);
  private static final Duration LONG = Duration.ofSeconds(40);

  /** How late a message may start while a slot is free; far above what an idle machine shows. */
  private static final double START_BOUND_MILLIS = 2_000;

  private final List<Broker> brokers = new ArrayList<>();
  private LocalRabbit rabbit;
  private String name = "";

  @BeforeAll
  void startRabbit() {
    rabbit = LocalRabbit.builder().start();
  }

  @AfterAll
  void endRabbit() {
    rabbit.close();
  }

  @BeforeEach
  void newName() {
    name = "t" + UUID.randomUUID();
  }

  @AfterEach
  void closeBrokers() {
    brokers.forEach(b -> b.close(Duration.ofSeconds(5)));
    brokers.clear();
    if (!rabbit.isRunning()) {
      rabbit.start();
    }
  }

  private Broker open() {
    return open("declare");
  }

  private Broker open(String barrier) {
    Broker broker =
        Broker.open(
            BrokerConfig.builder()
                .isolated()
                .set("mq.backend", "rabbitspike")
                .set("mq.rabbitspike.amqp", rabbit.amqpUri().toString())
                .set("mq.rabbitspike.streams", rabbit.streamUri().toString())
                .set("mq.rabbitspike.barrier", barrier)
                .build());
    brokers.add(broker);
    return broker;
  }

  private static SpikeSession session(Broker broker) {
    return broker.unwrap(SpikeSession.class).orElseThrow();
  }

  private void declareQueue(Broker broker) {
    broker.declare(Topology.builder().queue(QueueSpec.of(name)).build());
  }

  private static Message text(String body) {
    return Message.of(body.getBytes(UTF_8));
  }

  private static double millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e6;
  }

  private static void figures(String what, List<Double> millis) {
    double[] s = millis.stream().mapToDouble(d -> d).sorted().toArray();
    LOG.warn(
        "FIGURE {}: n={} min={} median={} p90={} max={} ms",
        what,
        s.length,
        round(s[0]),
        round(s[s.length / 2]),
        round(s[s.length * 9 / 10]),
        round(s[s.length - 1]));
  }

  private static double round(double d) {
    return Math.round(d * 100) / 100.0;
  }

  private static MqException failure(CompletableFuture<Receipt> sent) {
    try {
      sent.get(40, TimeUnit.SECONDS);
      return null;
    } catch (Exception e) {
      return MqException.of(e.getCause());
    }
  }

  @Test
  void tellsConfirmedFromUnroutablePerMessage() {
    Broker broker = open();
    broker.declare(
        Topology.builder()
            .exchange(ExchangeSpec.topic(name))
            .queue(QueueSpec.of(name))
            .bindQueue(name, "yes.#", name)
            .build());
    Producer producer = broker.exchange(name).producer().maxInFlight(5_000).open();
    List<Message> messages =
        IntStream.range(0, 3_000)
            .mapToObj(i -> Message.builder().routingKey(i % 7 == 0 ? "no" : "yes." + i).build())
            .toList();
    List<SendResult> results = producer.sendAll(messages);
    for (int i = 0; i < results.size(); i++) {
      if (i % 7 == 0) {
        assertThat(results.get(i).error()).isInstanceOf(UnroutableException.class);
      } else {
        assertThat(results.get(i).status()).isEqualTo(SendResult.Status.OK);
      }
    }
    // Two with one id in flight, of which one has no queue: told apart although the ids are equal.
    Message twice = Message.builder().id("same").routingKey("no").build();
    Message bound = twice.toBuilder().routingKey("yes").build();
    assertThat(producer.sendAll(List.of(bound, twice, bound)))
        .extracting(SendResult::status)
        .containsExactly(SendResult.Status.OK, SendResult.Status.FAILED, SendResult.Status.OK);
    assertThat(broker.queue(name).depth()).isEqualTo(results.size() - 429 + 2);
  }

  @Test
  void callsALostConfirmUnknownAndNeverFailed() {
    Broker broker = open();
    declareQueue(broker);
    Producer producer = impatient(broker);
    producer.send(text("first"));
    rabbit.pause();
    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> rabbit.awaitReady(Duration.ofMillis(300)))
                    .isInstanceOf(BrokerException.class));
    List<CompletableFuture<Receipt>> sent =
        IntStream.range(0, 100)
            .mapToObj(i -> producer.sendAsync(text("m" + i)).toCompletableFuture())
            .toList();
    rabbit.kill();
    for (CompletableFuture<Receipt> s : sent) {
      MqException e = failure(s);
      assertThat(e).isNotNull();
      assertThat(e.isDefinite()).as("%s", e).isFalse();
      assertThat(e.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
    }
    MqException down = failure(producer.sendAsync(text("down")).toCompletableFuture());
    assertThat(down.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(down.isDefinite()).isTrue();
    rabbit.start();
    long t0 = System.nanoTime();
    await().atMost(LONG).until(() -> failure(sendAsync(producer, "again")) == null);
    LOG.warn("FIGURE first confirm after the restart: {} ms", round(millisSince(t0)));
  }

  /** A quorum queue may never confirm what reaches it before its leader is elected. */
  private Producer impatient(Broker broker) {
    return broker.queue(name).producer().deliveryTimeout(Duration.ofSeconds(4)).open();
  }

  private static CompletableFuture<Receipt> sendAsync(Producer producer, String body) {
    return producer.sendAsync(text(body)).toCompletableFuture();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void startsMessagesInTimeWhileSlotsAreBlocked(int blocked) throws Exception {
    Broker broker = open();
    declareQueue(broker);
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch running = new CountDownLatch(blocked);
    BlockingQueue<Long> started = new LinkedBlockingQueue<>();
    Consumer consumer =
        broker
            .queue(name)
            .consumer()
            .concurrency(4)
            .prefetch(8)
            .start(
                (body, delivery) -> {
                  if (delivery.message().text().equals("block")) {
                    running.countDown();
                    release.await();
                  } else {
                    started.add(System.nanoTime());
                  }
                });
    Producer producer = broker.queue(name).producer().open();
    IntStream.range(0, blocked).forEach(i -> producer.send(text("block")));
    assertThat(running.await(20, TimeUnit.SECONDS)).isTrue();
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      long sent = System.nanoTime();
      producer.send(text("m" + i));
      Long at = started.poll(20, TimeUnit.SECONDS);
      assertThat(at).as("message %s", i).isNotNull();
      millis.add((at - sent) / 1e6);
    }
    figures("send to handler, " + blocked + " of 4 slots blocked", millis);
    assertThat(millis).allSatisfy(m -> assertThat(m).isLessThan(START_BOUND_MILLIS));
    release.countDown();
    assertThat(consumer.close(LONG)).isTrue();
    assertThat(broker.queue(name).depth()).isZero();
  }

  @Test
  void takesSettlementsFromForeignThreadsInAnyOrder() throws Exception {
    Broker broker = open();
    declareQueue(broker);
    BlockingQueue<Delivery> held = new LinkedBlockingQueue<>();
    Consumer consumer = hold(broker, held, 64);
    Producer producer = broker.queue(name).producer().open();
    IntStream.range(0, 64).forEach(i -> sendAsync(producer, "m" + i));
    List<Delivery> all = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      all.add(0, held.poll(20, TimeUnit.SECONDS));
    }
    ExecutorService foreign = Executors.newFixedThreadPool(4);
    try {
      all.forEach(d -> foreign.execute(d::ack));
      for (Delivery d : all) {
        assertThat(settled(d)).isEqualTo(SettleResult.SETTLED);
      }
    } finally {
      foreign.shutdown();
    }
    assertThat(consumer.close(LONG)).isTrue();
    assertThat(broker.queue(name).depth()).isZero();
  }

  private Consumer hold(Broker broker, BlockingQueue<Delivery> held, int prefetch) {
    return broker
        .queue(name)
        .consumer()
        .ackMode(AckMode.MANUAL)
        .prefetch(prefetch)
        .concurrency(4)
        .start((body, delivery) -> held.add(delivery));
  }

  private static SettleResult settled(Delivery d) throws Exception {
    return d.settled().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void answersALateSettlementWithLeaseLostAndLeavesTheNewChannelAlone(boolean restart)
      throws Exception {
    Broker broker = open();
    declareQueue(broker);
    BlockingQueue<Delivery> held = new LinkedBlockingQueue<>();
    hold(broker, held, 8);
    Producer producer = impatient(broker);
    producer.send(text("one"));
    Delivery before = held.poll(20, TimeUnit.SECONDS);
    assertThat(before.redelivered()).isFalse();
    long t0 = System.nanoTime();
    if (restart) {
      rabbit.restart();
    } else {
      session(broker).cut();
    }
    Delivery after = held.poll(40, TimeUnit.SECONDS);
    LOG.warn("FIGURE redelivered, restart={}: after {} ms", restart, round(millisSince(t0)));
    assertThat(after.redelivered()).isTrue();
    assertThat(after.message().id()).isEqualTo(before.message().id());
    before.ack();
    assertThat(settled(before)).isEqualTo(SettleResult.LEASE_LOST);
    await().atMost(LONG).until(() -> failure(sendAsync(producer, "two")) == null);
    Delivery next = held.poll(20, TimeUnit.SECONDS);
    assertThat(next.redelivered()).as("the new channel was not closed").isFalse();
    after.ack();
    next.ack();
    assertThat(settled(after)).isEqualTo(SettleResult.SETTLED);
    assertThat(settled(next)).isEqualTo(SettleResult.SETTLED);
  }

  @Test
  void routesByBindingsConfirmedOnAnotherConnection() {
    Broker one = open();
    Broker two = open();
    one.declare(
        Topology.builder().exchange(ExchangeSpec.direct(name)).queue(QueueSpec.of(name)).build());
    Producer producer = two.exchange(name).producer().open();
    for (int i = 0; i < 200; i++) {
      String key = "k" + i;
      Message message = Message.builder().routingKey(key).build();
      assertThatThrownBy(() -> producer.send(message)).isInstanceOf(UnroutableException.class);
      one.bind(Binding.toQueue(name, key, name));
      producer.send(message);
      one.unbind(Binding.toQueue(name, key, name));
      assertThatThrownBy(() -> producer.send(message)).isInstanceOf(UnroutableException.class);
    }
    assertThat(two.queue(name).depth()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"qos", "declare"})
  void tellsWhatAConfirmedSettlementCosts(String barrier) throws Exception {
    Broker broker = open(barrier);
    declareQueue(broker);
    BlockingQueue<Delivery> held = new LinkedBlockingQueue<>();
    hold(broker, held, 2_000);
    Producer producer = broker.queue(name).producer().open();
    IntStream.range(0, 2_000).forEach(i -> sendAsync(producer, "m" + i));
    List<Delivery> all = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      all.add(held.poll(20, TimeUnit.SECONDS));
    }
    List<Double> millis = new ArrayList<>();
    for (Delivery d : all.subList(0, 500)) {
      long t0 = System.nanoTime();
      d.ack();
      assertThat(settled(d)).isEqualTo(SettleResult.SETTLED);
      millis.add(millisSince(t0));
    }
    figures("ack to settled(), one by one, barrier " + barrier, millis);
    long t0 = System.nanoTime();
    all.subList(500, 2_000).forEach(Delivery::ack);
    for (Delivery d : all) {
      assertThat(settled(d)).isEqualTo(SettleResult.SETTLED);
    }
    LOG.warn("FIGURE 1500 acks to settled(), together, {}: {} ms", barrier, round(millisSince(t0)));
  }

  private void declareLog(Broker broker, int partitions, int records) {
    broker.declare(Topology.builder().log(LogSpec.of(name, partitions)).build());
    Producer producer = broker.log(name).producer().open();
    IntStream.range(0, records)
        .mapToObj(i -> producer.sendAsync(Message.builder().key("k" + i).body("r" + i).build()))
        .toList()
        .forEach(s -> assertThat(failure(s.toCompletableFuture())).isNull());
  }

  private GroupConsumer join(Broker broker, Set<String> seen) {
    return broker.log(name).group("g").start(r -> seen.add(r.message().text()));
  }

  @Test
  void handsAPartitionOverWithItsCommittedPosition() {
    Broker first = open();
    Broker second = open();
    declareLog(first, 2, 500);
    Set<String> one = ConcurrentHashMap.newKeySet();
    Set<String> two = ConcurrentHashMap.newKeySet();
    GroupConsumer leader = join(first, one);
    await().atMost(LONG).until(() -> one.size() == 500);
    GroupConsumer standby = join(second, two);
    assertThat(leader.flush().toCompletableFuture().join()).isEqualTo(SettleResult.SETTLED);
    assertThat(standby.assigned()).isEmpty();
    long t0 = System.nanoTime();
    assertThat(leader.close(LONG)).isTrue();
    double closed = millisSince(t0);
    await().pollInterval(Duration.ofMillis(1)).atMost(LONG).until(() -> owns(standby));
    LOG.warn("FIGURE clean hand-over: close {} ms, owned {} ms", closed, millisSince(t0));
    Producer producer = second.log(name).producer().open();
    producer.send(Message.builder().key("k").body("last").build());
    await().atMost(LONG).until(() -> two.contains("last"));
    assertThat(two).as("nothing twice after a clean hand-over").containsExactly("last");
  }

  private static boolean owns(GroupConsumer member) {
    return member.assigned().size() == 2;
  }

  @Test
  void failsOverWhenTheHolderIsCutOffAndFencesItsCommit() {
    Broker first = open();
    Broker second = open();
    declareLog(first, 2, 100);
    Set<String> one = ConcurrentHashMap.newKeySet();
    Set<String> two = ConcurrentHashMap.newKeySet();
    List<Double> millis = new ArrayList<>();
    Set<Integer> lost = ConcurrentHashMap.newKeySet();
    GroupConsumer holder =
        first
            .log(name)
            .group("g")
            .onLost(lost::addAll)
            .start(r -> one.add(r.message().text()));
    await().atMost(LONG).until(() -> one.size() == 100);
    assertThat(holder.flush().toCompletableFuture().join()).isEqualTo(SettleResult.SETTLED);
    GroupConsumer standby = join(second, two);
    Broker from = first;
    GroupConsumer to = standby;
    GroupConsumer other = holder;
    for (int i = 0; i < 10; i++) {
      GroupConsumer cutOff = other;
      GroupConsumer next = to;
      long t0 = System.nanoTime();
      cut(from);
      await().pollInterval(Duration.ofMillis(1)).atMost(LONG).until(() -> owns(next));
      millis.add(millisSince(t0));
      await().atMost(LONG).until(() -> cutOff.assigned().isEmpty());
      assertThatThrownBy(() -> cutOff.commit(next(0)).toCompletableFuture().join())
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(MqException.class)
          .extracting(e -> MqException.of(e).code())
          .isEqualTo(ErrorCode.FENCED);
      from = from == first ? second : first;
      to = cutOff;
      other = next;
    }
    figures("fail-over of two partitions", millis);
    assertThat(lost).containsExactlyInAnyOrder(0, 1);
    assertThat(two).as("the committed position went along").isEmpty();
  }

  private static Positions next(long offset) {
    return Positions.of(0, offset);
  }

  private static void cut(Broker broker) {
    try {
      session(broker).cut();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void ignoresWhatAZombiePublishesOnAnotherConnection() {
    Broker first = open();
    Broker second = open();
    declareLog(first, 1, 50);
    Set<String> one = ConcurrentHashMap.newKeySet();
    GroupConsumer holder = join(first, one);
    await().atMost(LONG).until(() -> one.size() == 50);
    assertThat(holder.flush().toCompletableFuture().join()).isEqualTo(SettleResult.SETTLED);
    String tokens = SpikeMember.tokens("g", name + "-0");
    session(second)
        .call(
            c -> {
              c.confirmSelect();
              for (long next : new long[] {0, 7, 1_000}) {
                Map<String, Object> stale = Map.of("epoch", 0L, "next", next, "by", "zombie");
                AMQP.BasicProperties p =
                    new AMQP.BasicProperties.Builder().deliveryMode(2).headers(stale).build();
                c.basicPublish("", tokens, p, new byte[0]);
              }
              return c.waitForConfirms(10_000);
            });
    await().atMost(LONG).until(() -> session(second).call(c -> c.messageCount(tokens)) == 0);
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      long t0 = System.nanoTime();
      holder.commit(next(20 + i % 20)).toCompletableFuture().join();
      millis.add(millisSince(t0));
    }
    figures("commit by the token", millis);
    holder.commit(next(48)).toCompletableFuture().join();
    holder.close(LONG);
    Set<String> two = ConcurrentHashMap.newKeySet();
    join(second, two);
    await().atMost(LONG).until(() -> two.size() == 2);
    assertThat(two).containsExactlyInAnyOrder("r48", "r49");
    assertThat(second.log(name).committed("g").offset(0)).isPresent();
    assertThat(second.log(name).end().offset(0)).hasValue(50);
  }
}
