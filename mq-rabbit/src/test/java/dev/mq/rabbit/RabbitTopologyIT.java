package dev.mq.rabbit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mq.api.AckMode;
import dev.mq.api.Binding;
import dev.mq.api.Broker;
import dev.mq.api.Consumer;
import dev.mq.api.DeclarationConflictException;
import dev.mq.api.Delivery;
import dev.mq.api.ErrorCode;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.Headers;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.Overflow;
import dev.mq.api.Producer;
import dev.mq.api.QueueSpec;
import dev.mq.api.Receiver;
import dev.mq.api.Topology;
import dev.mq.api.UnroutableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** Exchanges and queues with their properties, and what is refused. */
final class RabbitTopologyIT extends RabbitFixture {
  private void declare(Broker broker, QueueSpec spec) {
    broker.declare(Topology.builder().queue(spec).build());
  }

  @Test
  void declaresEveryPropertyTwiceAndRefusesAnotherOne() {
    Broker broker = open();
    List<QueueSpec> specs =
        List.of(
            QueueSpec.of(name + "-plain"),
            QueueSpec.builder(name + "-ttl").timeToLive(Duration.ofMinutes(1)).build(),
            QueueSpec.builder(name + "-max").maxLength(3, Overflow.DROP_HEAD).build(),
            QueueSpec.builder(name + "-sac").singleActiveConsumer().build(),
            QueueSpec.builder(name + "-prio").maxPriority(9).build(),
            QueueSpec.builder(name + "-excl").exclusive().build(),
            QueueSpec.builder(name + "-temp").temporary().build(),
            QueueSpec.builder(name + "-soft").durable(false).build());
    for (QueueSpec spec : specs) {
      declare(broker, spec);
      assertThatCode(() -> declare(broker, spec)).doesNotThrowAnyException();
      QueueSpec other = spec.toBuilder().maxLength(7, Overflow.REJECT_PUBLISH).build();
      assertThatThrownBy(() -> declare(broker, other))
          .as(spec.toString())
          .isInstanceOfSatisfying(
              DeclarationConflictException.class,
              e -> {
                assertThat(e.existing()).isNotEmpty();
                assertThat(e.requested()).isNotEqualTo(e.existing());
              });
    }
    broker.declare(Topology.builder().exchange(ExchangeSpec.direct(name)).build());
    assertThatThrownBy(
            () -> broker.declare(Topology.builder().exchange(ExchangeSpec.fanout(name)).build()))
        .isInstanceOfSatisfying(
            DeclarationConflictException.class,
            e -> {
              assertThat(e.existing()).isEqualTo("type=direct");
              assertThat(e.requested()).isEqualTo("type=fanout");
            });
  }

  @Test
  void refusesWhatIsNotThereAndDeletesItQuietly() {
    Broker broker = open();
    assertThatThrownBy(() -> broker.queue(name).producer().open())
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> broker.queue(name).consumer().start((b, d) -> {}))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> broker.queue(name).depth()).isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> broker.exchange(name).producer().open())
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> broker.bind(Binding.toQueue(name, "k", name)))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> declare(broker, QueueSpec.builder(name).existing().build()))
        .isInstanceOf(NotFoundException.class);
    broker.queue(name).delete();
    broker.exchange(name).delete();
  }

  @Test
  void routesByHeadersOverExchangesAndToTheAlternate() {
    Broker broker = open();
    String rest = name + "-rest";
    String first = name + "-first";
    broker.declare(
        Topology.builder()
            .exchange(ExchangeSpec.fanout(rest))
            .exchange(ExchangeSpec.headers(name))
            .exchange(
                ExchangeSpec.builder(first, dev.mq.api.ExchangeType.TOPIC).alternate(rest).build())
            .queue(QueueSpec.of(name))
            .queue(QueueSpec.of(rest))
            .bindQueue(rest, "", rest)
            .build());
    broker.bind(Binding.toExchange(first, "a.#", name));
    broker.bind(
        Binding.toQueue(name, Headers.builder().put("x-match", "all").put("n", 5).build(), name));
    Producer producer = broker.exchange(first).producer().open();
    producer.send(Message.builder().routingKey("a.b").header("n", 5).build());
    producer.send(Message.builder().routingKey("z").build());
    assertThatThrownBy(
            () -> producer.send(Message.builder().routingKey("a.b").header("n", 6).build()))
        .isInstanceOf(UnroutableException.class);
    assertThat(broker.queue(name).depth()).isEqualTo(1);
    assertThat(broker.queue(rest).depth()).isEqualTo(1);
    assertThat(broker.queue(name).purge()).isEqualTo(1);
    assertThat(broker.queue(name).depth()).isZero();
  }

  @Test
  void letsNobodyElseUseAnExclusiveQueueButPublishToIt() {
    Broker owner = open();
    Broker other = open();
    declare(owner, QueueSpec.builder(name).exclusive().build());
    assertThatThrownBy(() -> other.queue(name).consumer().start((b, d) -> {}))
        .isInstanceOfSatisfying(
            MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OWNED_BY_OTHER));
    other.queue(name).producer().open().send(text("for you"));
    try (Receiver receiver = owner.queue(name).consumer().receiver()) {
      receiver.receive(LONG).ack();
    }
    owner.close(Duration.ofSeconds(5));
    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> other.queue(name).producer().open())
                    .isInstanceOf(NotFoundException.class));
  }

  @Test
  void hasOneActiveConsumerAndHandsOverInOrder() {
    Broker broker = open();
    declare(broker, QueueSpec.builder(name).singleActiveConsumer().build());
    Queue<String> one = new ConcurrentLinkedQueue<>();
    Queue<String> two = new ConcurrentLinkedQueue<>();
    Consumer first = broker.queue(name).consumer().start((b, d) -> one.add(d.message().text()));
    broker.queue(name).consumer().start((b, d) -> two.add(d.message().text()));
    Producer producer = broker.queue(name).producer().open();
    for (int i = 0; i < 20; i++) {
      producer.send(text("a" + i));
    }
    await().atMost(LONG).until(() -> one.size() == 20);
    first.close();
    producer.send(text("b"));
    await().atMost(LONG).until(() -> two.contains("b"));
    assertThat(two).hasSize(1);
  }

  @Test
  void deliversHigherPrioritiesFirst() {
    Broker broker = open();
    declare(broker, QueueSpec.builder(name).maxPriority(9).build());
    Producer producer = broker.queue(name).producer().open();
    for (int p : new int[] {1, 9, 5}) {
      producer.send(Message.builder().body("p" + p).priority(p).build());
    }
    List<String> got = new ArrayList<>();
    try (Receiver receiver = broker.queue(name).consumer().prefetch(1).receiver()) {
      for (int i = 0; i < 3; i++) {
        Delivery d = receiver.receive(LONG);
        got.add(d.message().text());
        assertThat(d.message().priority()).isPositive();
        d.ack();
      }
    }
    assertThat(got).containsExactly("p9", "p5", "p1");
  }

  @Test
  void neverHandsOutMoreThanThePrefetchAndReturnsTheRestWhenClosed() {
    Broker broker = open();
    declareQueue(broker);
    Producer producer = broker.queue(name).producer().open();
    for (int i = 0; i < 50; i++) {
      producer.send(text("m" + i));
    }
    Queue<Delivery> held = new ConcurrentLinkedQueue<>();
    Consumer consumer =
        broker
            .queue(name)
            .consumer()
            .ackMode(AckMode.MANUAL)
            .prefetch(7)
            .concurrency(4)
            .start((b, d) -> held.add(d));
    await().atMost(LONG).until(() -> held.size() == 7);
    assertThat(broker.queue(name).depth()).isEqualTo(43);
    List.copyOf(held).forEach(Delivery::ack);
    await().atMost(LONG).until(() -> held.size() == 14);
    consumer.close(Duration.ofSeconds(5));
    await().atMost(LONG).until(() -> broker.queue(name).depth() == 43);
  }

  @Test
  void pausesAndGivesBackWhatWasNotHandedOut() {
    Broker broker = open();
    declareQueue(broker);
    Producer producer = broker.queue(name).producer().open();
    Queue<String> got = new ConcurrentLinkedQueue<>();
    Consumer paused =
        broker.queue(name).consumer().prefetch(50).start((b, d) -> got.add(d.message().text()));
    producer.send(text("first"));
    await().atMost(LONG).until(() -> got.size() == 1);
    paused.pause();
    Queue<String> other = new ConcurrentLinkedQueue<>();
    Consumer second = broker.queue(name).consumer().start((b, d) -> other.add(d.message().text()));
    for (int i = 0; i < 50; i++) {
      producer.send(text("m" + i));
    }
    await().atMost(LONG).until(() -> other.size() + got.size() == 51);
    second.close();
    paused.resume();
    producer.send(text("last"));
    await().atMost(LONG).until(() -> got.contains("last"));
  }
}
