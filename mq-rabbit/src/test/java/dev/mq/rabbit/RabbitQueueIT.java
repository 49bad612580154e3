package dev.mq.rabbit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mq.api.AckMode;
import dev.mq.api.Binding;
import dev.mq.api.Broker;
import dev.mq.api.Consumer;
import dev.mq.api.Delivery;
import dev.mq.api.ErrorCode;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Producer;
import dev.mq.api.QueueSpec;
import dev.mq.api.Receipt;
import dev.mq.api.SendResult;
import dev.mq.api.SettleResult;
import dev.mq.api.Topology;
import dev.mq.api.UnroutableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Publishing, queues and routing on a real RabbitMQ, through the runtime; logs what it measures.
 */
final class RabbitQueueIT extends RabbitFixture {
  /** How late a message may start while a slot is free; far above what an idle machine shows. */
  private static final double START_BOUND_MILLIS = 2_000;

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
    await().atMost(LONG).until(() -> registered(name));
    rabbit.pause();
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

  /**
   * Tells whether a quorum queue survives a kill of the node: before its entry is in this file,
   * some hundred milliseconds after its declaration was confirmed, the node forgets to start it.
   */
  private boolean registered(String queue) throws IOException {
    try (Stream<Path> files = Files.walk(rabbit.logFile().getParent())) {
      Path names =
          files
              .filter(f -> f.endsWith("names.dets") && f.toString().contains("quorum"))
              .findAny()
              .orElseThrow();
      return new String(Files.readAllBytes(names), ISO_8859_1).contains(queue);
    }
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
    IntStream.range(0, 64).forEach(i -> producer.send(text("m" + i), (ok, e) -> {}));
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
    try (CutProxy proxy = new CutProxy(rabbit.amqpPort())) {
      lateSettlement(proxy, restart);
    }
  }

  private void lateSettlement(CutProxy proxy, boolean restart) throws Exception {
    Broker broker = open(through(proxy));
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
      proxy.cut();
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

  @Test
  void tellsWhatAConfirmedSettlementCosts() throws Exception {
    Broker broker = open();
    declareQueue(broker);
    BlockingQueue<Delivery> held = new LinkedBlockingQueue<>();
    hold(broker, held, 2_000);
    Producer producer = broker.queue(name).producer().open();
    IntStream.range(0, 2_000).forEach(i -> producer.send(text("m" + i), (ok, e) -> {}));
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
    figures("ack to settled(), one by one", millis);
    long t0 = System.nanoTime();
    all.subList(500, 2_000).forEach(Delivery::ack);
    for (Delivery d : all) {
      assertThat(settled(d)).isEqualTo(SettleResult.SETTLED);
    }
    LOG.warn("FIGURE 1500 acks to settled(), together: {} ms", round(millisSince(t0)));
  }
}
