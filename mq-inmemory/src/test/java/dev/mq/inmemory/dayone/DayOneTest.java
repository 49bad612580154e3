package dev.mq.inmemory.dayone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Broker;
import dev.mq.api.Codec;
import dev.mq.api.Consumer;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.Failure;
import dev.mq.api.GroupConsumer;
import dev.mq.api.Log;
import dev.mq.api.LogReader;
import dev.mq.api.LogRecord;
import dev.mq.api.LogSpec;
import dev.mq.api.OutcomeUnknownException;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.api.QueueSpec;
import dev.mq.api.Topology;
import dev.mq.api.TypedProducer;
import dev.mq.inmemory.InMemoryEngine;
import dev.mq.inmemory.dayone.OrderService.InvalidOrder;
import dev.mq.inmemory.dayone.OrderService.Order;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The programs users write first, as they stand in the documentation, run on the embedded engine.
 */
@Timeout(60)
class DayOneTest {
  private final InMemoryEngine engine = InMemoryEngine.create();

  @AfterEach
  void closeEngine() {
    engine.close();
  }

  record Event(String account, long cents) {}

  private static final Codec<Event> EVENT = Codec.json(Event.class);

  @Test
  void anOrderServiceMailsEveryPaidOrderOnce() throws Exception {
    List<String> mailed = new CopyOnWriteArrayList<>();
    try (Broker broker = Broker.open(engine.config());
        Consumer mails = OrderService.start(broker, (order, id) -> mailed.add(order.id()));
        TypedProducer<Order> orders = OrderService.orders(broker)) {
      for (int i = 0; i < 100; i++) {
        orders.send(new Order("o" + i, "paid", 100L * i));
      }
      engine.awaitIdle(ofSeconds(10));
      assertThat(mails.isPaused()).isFalse();
    }
    assertThat(mailed).hasSize(100).doesNotHaveDuplicates();
  }

  @Test
  void anInvalidOrderEndsInTheDeadLetterQueueAtOnce() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    try (Broker broker = Broker.open(engine.config());
        Consumer mails =
            OrderService.start(
                broker,
                (order, id) -> {
                  calls.incrementAndGet();
                  throw new InvalidOrder();
                });
        TypedProducer<Order> orders = OrderService.orders(broker)) {
      orders.send(new Order("4711", "paid", 1299));
      engine.awaitIdle(ofSeconds(10));
      assertThat(engine.queue("email.dead").messages()).hasSize(1);
      assertThat(engine.queue("email.dead").messages().get(0).headers().text("mq-dead-reason"))
          .isEqualTo("rejected");
      assertThat(mails.terminated().toCompletableFuture()).isNotDone();
    }
    assertThat(calls).hasValue(1);
  }

  @Test
  void eventSourcingRebuildsThenFollowsThenSharesTheWork() {
    try (Broker broker = Broker.open(engine.config())) {
      broker.declare(Topology.builder().log(LogSpec.of("account-events", 4)).build());
      Log log = broker.log("account-events");
      TypedProducer<Event> events = log.producer().as(EVENT, m -> m.key(Event::account));
      for (int i = 0; i < 200; i++) {
        events.send(new Event("a" + i % 10, i));
      }
      Positions end = log.end();

      Map<String, Long> balances = new HashMap<>();
      try (LogReader<Event> history =
          log.reader().as(EVENT).from(Position.begin()).to(end).open()) {
        for (LogRecord<Event> r : history) {
          balances.merge(r.body().account(), r.body().cents(), Long::sum);
        }
      }
      assertThat(balances.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(199 * 100L);

      List<Event> live = new CopyOnWriteArrayList<>();
      LogReader<Event> follower =
          log.reader().as(EVENT).from(end).follow().start(r -> live.add(r.body()));
      Set<String> shipped = ConcurrentHashMap.newKeySet();
      Map<Integer, Long> offsets = new ConcurrentHashMap<>();
      try (GroupConsumer shipping =
          log.group("shipping")
              .as(EVENT)
              .onAssigned(
                  (parts, seek) ->
                      parts.forEach(
                          p -> {
                            Long next = offsets.get(p);
                            if (next != null) {
                              seek.to(p, next);
                            }
                          }))
              .onFailure(Failure.retryThenDeadLetter(ofMillis(200), 5, "log:account-events"))
              .start(
                  r -> {
                    shipped.add(r.partition() + "/" + r.offset());
                    offsets.put(r.partition(), r.offset() + 1);
                  })) {
        events.send(new Event("late", 1));
        Awaitility.await().until(() -> shipped.size() == 201 && live.size() == 1);
        assertThat(shipping.assigned()).hasSize(4);
      }
      follower.close();
      assertThat(log.lag("shipping").total()).isZero();
    }
  }

  @Test
  void aLibraryPublishesWhereItsUserDecides() throws Exception {
    try (Broker broker = Broker.open(engine.config())) {
      broker.declare(
          Topology.builder()
              .exchange(ExchangeSpec.topic("audit"))
              .queue(QueueSpec.of("audit.all"))
              .bindQueue("audit", "audit.#", "audit.all")
              .log(LogSpec.of("audit", 3))
              .build());
      AuditPublisher toExchange = new AuditPublisher(broker, "exchange:audit");
      AuditPublisher toLog = new AuditPublisher(broker, "log:audit");
      toExchange.record("ann", "login", "{}".getBytes(UTF_8)).toCompletableFuture().join();
      assertThat(
              toLog
                  .record("ann", "login", "{}".getBytes(UTF_8))
                  .toCompletableFuture()
                  .join()
                  .offset())
          .hasValue(0);
      assertThat(broker.queue("audit.all").depth()).isEqualTo(1);
      broker.queue("audit.all").delete();
      assertThat(toExchange.record("ann", "logout", "{}".getBytes(UTF_8)).toCompletableFuture())
          .failsWithin(ofSeconds(5));
      assertThat(toExchange.failures).containsOnlyKeys(dev.mq.api.ErrorCode.UNROUTABLE);
    }
  }

  @Test
  void mailServerDownForTwoMinutesLosesNoMailAndSendsNoneTwice() throws Exception {
    Set<String> sent = ConcurrentHashMap.newKeySet();
    List<String> duplicates = new CopyOnWriteArrayList<>();
    Map<String, AtomicInteger> attempts = new ConcurrentHashMap<>();
    try (Broker broker = Broker.open(engine.config());
        Consumer mails =
            OrderService.start(
                broker,
                (order, id) -> {
                  if (attempts.computeIfAbsent(id, k -> new AtomicInteger()).incrementAndGet()
                      <= 3) {
                    throw new IllegalStateException("mail server is down");
                  }
                  if (!sent.add(order.id())) {
                    duplicates.add(order.id());
                  }
                });
        TypedProducer<Order> orders = OrderService.orders(broker)) {
      engine
          .faults(42)
          .loseConfirm("orders")
          .onSend(1)
          .disconnect("email")
          .afterDeliveries(2)
          .healAfter(ofSeconds(5));
      List<String> ids = new ArrayList<>();
      int unknown = 0;
      for (int i = 0; i < 10; i++) {
        Order order = new Order("o" + i, "paid", i);
        ids.add(order.id());
        try {
          orders.send(order);
        } catch (OutcomeUnknownException e) {
          unknown++; // stored, as it happens; a cautious service would send it again with the same
          // id
        }
      }
      engine.clock().advance(ofMinutes(10));
      engine.awaitIdle(ofSeconds(10));
      assertThat(unknown).isEqualTo(1);
      assertThat(sent).containsExactlyInAnyOrderElementsOf(ids);
      assertThat(duplicates).isEmpty();
      assertThat(engine.queue("email.dead").messages()).isEmpty();
      engine.assertAllFaultsFired();
      assertThat(mails.terminated().toCompletableFuture()).isNotDone();
    }
  }
}
