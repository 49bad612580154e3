package dev.mq.inmemory.contract;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.AckMode;
import dev.mq.api.Binding;
import dev.mq.api.Broker;
import dev.mq.api.BrokerConfig;
import dev.mq.api.ClosedException;
import dev.mq.api.Consumer;
import dev.mq.api.DeclarationConflictException;
import dev.mq.api.Delivery;
import dev.mq.api.ErrorCode;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.Headers;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.Producer;
import dev.mq.api.QueueSpec;
import dev.mq.api.Receiver;
import dev.mq.api.Retry;
import dev.mq.api.SendResult;
import dev.mq.api.SettleResult;
import dev.mq.api.Settlement;
import dev.mq.api.Topology;
import dev.mq.api.TopologyPlan;
import dev.mq.api.UnroutableException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The exchange and queue contract through the user API, on an engine that two brokers share. */
@Timeout(60)
class QueueContractTest {
  private final String engine = UUID.randomUUID().toString();
  private final Broker a = open("a");
  private final Broker b = open("b");

  private Broker open(String name) {
    return Broker.open(
        BrokerConfig.builder()
            .isolated()
            .set("mq.backend", "inmemory")
            .set("mq.inmemory.engine", engine)
            .set("mq.brokers." + name + ".topology", "apply")
            .name(name)
            .build());
  }

  @AfterEach
  void close() {
    a.close();
    b.close();
  }

  private static Message message(String key, String body) {
    return Message.builder().routingKey(key).body(body).build();
  }

  private void declare(Object... things) {
    Topology.Builder t = Topology.builder();
    for (Object o : things) {
      if (o instanceof ExchangeSpec e) {
        t.exchange(e);
      } else if (o instanceof QueueSpec q) {
        t.queue(q);
      } else if (o instanceof Binding bind) {
        t.bind(bind);
      }
    }
    a.declare(t.build());
  }

  private static List<String> drain(Broker broker, String queue) {
    List<String> bodies = new ArrayList<>();
    try (Receiver r = broker.queue(queue).consumer().receiver()) {
      while (broker.queue(queue).depth() > 0) {
        Delivery d = r.receive(ofSeconds(20));
        assertThat(d).as("one of those that '%s' still has", queue).isNotNull();
        bodies.add(d.message().text());
        d.ack();
        assertThat(d.settled().toCompletableFuture()).succeedsWithin(ofSeconds(20));
      }
    }
    return bodies;
  }

  @Test
  void aTopicExchangeRoutesToEveryMatchingQueueOnce() {
    declare(
        ExchangeSpec.topic("orders"),
        QueueSpec.of("paid"),
        QueueSpec.of("all"),
        Binding.toQueue("orders", "order.*.paid", "paid"),
        Binding.toQueue("orders", "#", "all"),
        Binding.toQueue("orders", "order.#", "all"));
    try (Producer p = b.exchange("orders").producer().open()) {
      p.send(message("order.1.paid", "1"));
      p.send(message("order.2.open", "2"));
    }
    assertThat(drain(b, "paid")).containsExactly("1");
    assertThat(drain(a, "all")).containsExactly("1", "2");
    assertThat(a.exchange("orders").route(message("order.9.paid", "")))
        .containsExactly("all", "paid");
  }

  @Test
  void whatNothingMatchesIsRefusedOrGoesToTheAlternate() {
    declare(
        ExchangeSpec.fanout("lost"),
        QueueSpec.of("lost"),
        Binding.toQueue("lost", "", "lost"),
        ExchangeSpec.builder("main", dev.mq.api.ExchangeType.DIRECT).alternate("lost").build(),
        ExchangeSpec.direct("bare"));
    try (Producer main = a.exchange("main").producer().open();
        Producer bare = a.exchange("bare").producer().open();
        Producer silent = a.exchange("bare").producer().dropUnroutable().open()) {
      main.send(message("k", "1"));
      assertThatThrownBy(() -> bare.send(message("k", "2")))
          .isInstanceOf(UnroutableException.class)
          .hasMessageContaining("exchange:bare");
      silent.send(message("k", "3"));
    }
    assertThat(drain(a, "lost")).containsExactly("1");
  }

  @Test
  void headersAndExchangeToExchangeRoute() {
    declare(
        ExchangeSpec.headers("h"),
        ExchangeSpec.fanout("f"),
        QueueSpec.of("q"),
        Binding.toExchange("h", Headers.builder().put("x-match", "any").put("n", 5).build(), "f"),
        Binding.toQueue("f", "", "q"));
    try (Producer p = a.exchange("h").producer().open()) {
      p.send(Message.builder().header("n", 5).body("yes").build());
      assertThatThrownBy(() -> p.send(Message.builder().header("n", "5").body("no").build()))
          .isInstanceOf(UnroutableException.class);
    }
    assertThat(drain(a, "q")).containsExactly("yes");
  }

  @Test
  void aBindingConfirmedByOneBrokerRoutesTheNextPublishOfAnother() {
    declare(ExchangeSpec.direct("x"));
    try (Producer p = b.exchange("x").producer().open()) {
      for (int i = 0; i < 200; i++) {
        String queue = "q" + i;
        a.declare(
            Topology.builder().queue(QueueSpec.of(queue)).bindQueue("x", queue, queue).build());
        p.send(message(queue, "m"));
        a.exchange("x").unbind(queue, a.queue(queue));
        assertThatThrownBy(() -> p.send(message(queue, "m")))
            .isInstanceOf(UnroutableException.class);
      }
    }
  }

  @Test
  void declaringIsIdempotentAndConflictsNameBothValues() {
    Topology t =
        Topology.builder().queue(QueueSpec.of("q")).exchange(ExchangeSpec.topic("e")).build();
    assertThat(a.plan(t).changes()).allMatch(c -> c.action() == TopologyPlan.Action.CREATE);
    assertThatThrownBy(() -> a.verify(t)).isInstanceOf(NotFoundException.class);
    a.declare(t);
    b.declare(t);
    assertThat(b.plan(t).isEqual()).isTrue();
    b.verify(t);
    Topology other =
        Topology.builder().queue(QueueSpec.builder("q").timeToLive(ofSeconds(1)).build()).build();
    assertThatThrownBy(() -> b.declare(other))
        .isInstanceOfSatisfying(
            DeclarationConflictException.class,
            e -> {
              assertThat(e.existing()).contains("durable=true");
              assertThat(e.requested()).contains("timeToLive=1000ms");
            });
  }

  @Test
  void aDeletedQueueIsEmptyWhenItIsMadeAgainAndItsConsumerEnds() throws Exception {
    for (int i = 0; i < 10; i++) {
      declare(QueueSpec.of("q"));
      Consumer c = b.queue("q").consumer().start(d -> {});
      c.pause();
      try (Producer p = a.queue("q").producer().open()) {
        p.send(message("", "old"));
      }
      a.queue("q").delete();
      assertThatThrownBy(() -> c.terminated().toCompletableFuture().get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(MqException.class);
      declare(QueueSpec.of("q"));
      assertThat(drain(b, "q")).isEmpty();
      a.queue("q").delete();
    }
  }

  @Test
  void handlersAckByReturningAndFailByThrowing() {
    declare(QueueSpec.of("q"));
    AtomicInteger calls = new AtomicInteger();
    List<String> seen = new CopyOnWriteArrayList<>();
    try (Producer p = a.queue("q").producer().open();
        Consumer c =
            b.queue("q")
                .consumer()
                .retry(Retry.backoff(ofMillis(1), ofMillis(2)))
                .start(
                    d -> {
                      if (d.message().text().equals("bad") && calls.incrementAndGet() < 4) {
                        throw new IllegalStateException("not yet");
                      }
                      seen.add(d.message().text() + d.failures() + d.redelivered());
                    })) {
      p.send(message("", "bad"));
      p.send(message("", "good"));
      Awaitility.await().until(() -> seen.size() == 2);
      assertThat(seen).containsExactlyInAnyOrder("good0false", "bad3true");
      c.flush().toCompletableFuture().join();
    }
    assertThat(a.queue("q").depth()).isZero();
  }

  @Test
  void atTheLimitOfAttemptsAMessageIsDeadLetteredExactlyOnceAndCanBeRedriven() {
    declare(QueueSpec.of("q"), QueueSpec.of("dead"));
    AtomicInteger calls = new AtomicInteger();
    Message poison = Message.builder().id("p-1").body("poison").header("n", 7).key("k").build();
    try (Producer p = a.queue("q").producer().open();
        Consumer c =
            b.queue("q")
                .consumer()
                .retry(Retry.backoff(ofMillis(1), ofMillis(1)).maxAttempts(3).deadLetter("dead"))
                .start(
                    d -> {
                      calls.incrementAndGet();
                      throw new IllegalStateException("always");
                    })) {
      p.send(poison);
      Awaitility.await().until(() -> a.queue("dead").depth() == 1);
      assertThat(c.isPaused()).isFalse();
    }
    assertThat(calls).hasValue(3);
    Message dead = a.queue("dead").browse(10).get(0);
    assertThat(dead.id()).isEqualTo("p-1");
    assertThat(dead.key()).isEqualTo("k");
    assertThat(dead.headers().number("n", 0)).isEqualTo(7);
    assertThat(dead.headers().text("mq-dead-reason")).isEqualTo("max-attempts");
    assertThat(dead.headers().text("mq-dead-queue")).isEqualTo("q");
    assertThat(dead.headers().number("mq-failures", 0)).isEqualTo(3);
    assertThat(a.queue("dead").redrive(10)).isEqualTo(1);
    assertThat(a.queue("dead").depth()).isZero();
    Message again = a.queue("q").browse(10).get(0);
    assertThat(again.id()).isEqualTo("p-1");
    assertThat(again.headers()).isEqualTo(poison.headers());
  }

  @Test
  void unsettledMessagesComeAgainFlaggedWhenTheirConsumerCloses() {
    declare(QueueSpec.of("q"));
    try (Producer p = a.queue("q").producer().open()) {
      for (int i = 0; i < 5; i++) {
        p.send(message("", "m" + i));
      }
    }
    Receiver first = b.queue("q").consumer().receiver();
    List<Delivery> held = first.receiveBatch(5, ofSeconds(5));
    assertThat(held).hasSize(5).noneMatch(Delivery::redelivered);
    assertThat(held.get(2).ack()).isEqualTo(Settlement.ACCEPTED);
    assertThat(held.get(2).ack()).isEqualTo(Settlement.ALREADY_SETTLED);
    assertThat(held.get(2).settled().toCompletableFuture().join()).isEqualTo(SettleResult.SETTLED);
    first.close();
    assertThat(held.get(0).ack()).isNotEqualTo(Settlement.ACCEPTED);
    try (Receiver second = a.queue("q").consumer().receiver()) {
      List<Delivery> again = second.receiveBatch(10, ofSeconds(5));
      assertThat(again).extracting(d -> d.message().text()).containsExactly("m0", "m1", "m3", "m4");
      assertThat(again).allMatch(Delivery::redelivered).allMatch(d -> d.failures() == 0);
    }
  }

  @Test
  void whileASlotIsFreeAReadyMessageStarts() throws Exception {
    declare(QueueSpec.of("q"));
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger blocked = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    try (Producer p = a.queue("q").producer().open();
        Consumer c =
            b.queue("q")
                .consumer()
                .concurrency(4)
                .start(
                    d -> {
                      if (d.message().text().equals("block")) {
                        blocked.incrementAndGet();
                        release.await();
                      } else {
                        done.incrementAndGet();
                      }
                    })) {
      for (int i = 0; i < 3; i++) {
        p.send(message("", "block"));
      }
      Awaitility.await().until(() -> blocked.get() == 3);
      for (int i = 1; i <= 100; i++) {
        int n = i;
        p.send(message("", "m"));
        Awaitility.await()
            .pollInterval(ofMillis(1))
            .atMost(ofSeconds(2))
            .until(() -> done.get() == n);
      }
      assertThat(c.isPaused()).isFalse();
      release.countDown();
    }
  }

  @Test
  void prefetchBoundsWhatIsHeldAndManualAcksWorkFromAnyThread() throws Exception {
    declare(QueueSpec.of("q"));
    try (Producer p = a.queue("q").producer().open()) {
      List<Message> all = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        all.add(message("", "m" + i));
      }
      assertThat(p.sendAll(all)).allMatch(r -> r.status() == SendResult.Status.OK);
    }
    List<Delivery> held = new CopyOnWriteArrayList<>();
    AtomicInteger handled = new AtomicInteger();
    try (Consumer c =
        b.queue("q")
            .consumer()
            .ackMode(AckMode.MANUAL)
            .prefetch(7)
            .start(
                d -> {
                  held.add(d);
                  handled.incrementAndGet();
                })) {
      Awaitility.await().until(() -> handled.get() == 7);
      Awaitility.await().during(ofMillis(100)).until(() -> handled.get() == 7);
      while (handled.get() < 100) {
        List<Delivery> batch = List.copyOf(held);
        held.removeAll(batch);
        CompletableFuture.runAsync(() -> batch.forEach(Delivery::ack)).get(10, TimeUnit.SECONDS);
        Awaitility.await().until(() -> !held.isEmpty() || handled.get() == 100);
      }
      held.forEach(Delivery::ack);
      assertThat(c.flush().toCompletableFuture().get(10, TimeUnit.SECONDS))
          .isEqualTo(SettleResult.SETTLED);
    }
    assertThat(a.queue("q").depth()).isZero();
  }

  @Test
  void unknownThingsAndClosedBrokersAreClearErrors() {
    assertThatThrownBy(() -> a.queue("none").producer().open())
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("queue:none");
    assertThatThrownBy(() -> a.exchange("none").producer().open())
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("exchange:none");
    assertThatThrownBy(() -> a.queue("none").consumer().start(d -> {}))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("queue:none");
    assertThatThrownBy(() -> a.bind(Binding.toQueue("none", "k", "none2")))
        .isInstanceOf(NotFoundException.class);
    declare(ExchangeSpec.topic("t"), QueueSpec.of("q"));
    assertThatThrownBy(() -> a.bind(Binding.toQueue("t", "#.a.#.b.#", "q")))
        .isInstanceOfSatisfying(
            MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    assertThatThrownBy(() -> a.destination("topic:x")).hasMessageContaining("exchange:NAME");
    assertThatThrownBy(() -> a.queue("mq.x")).hasMessageContaining("mq.");
    Producer p = a.queue("q").producer().open();
    Consumer c = a.queue("q").consumer().start(d -> {});
    a.close();
    assertThatThrownBy(() -> p.send(message("", ""))).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> a.queue("q")).isInstanceOf(ClosedException.class);
    assertThat(c.terminated().toCompletableFuture()).succeedsWithin(ofSeconds(10));
    a.close();
  }

  @Test
  void closingInsideAHandlerNeitherDeadlocksNorLosesTheMessage() throws Exception {
    declare(QueueSpec.of("q"));
    CompletableFuture<Consumer> self = new CompletableFuture<>();
    try (Producer p = a.queue("q").producer().open()) {
      p.send(message("", "1"));
      p.send(message("", "2"));
      Consumer c = b.queue("q").consumer().prefetch(1).start(d -> self.get().close());
      self.complete(c);
      c.terminated().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
    assertThat(drain(a, "q")).containsExactly("2");
  }
}
