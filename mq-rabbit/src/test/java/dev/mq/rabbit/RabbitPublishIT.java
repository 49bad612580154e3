package dev.mq.rabbit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import dev.mq.api.Broker;
import dev.mq.api.Delivery;
import dev.mq.api.ErrorCode;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.Overflow;
import dev.mq.api.Producer;
import dev.mq.api.QueueSpec;
import dev.mq.api.Receipt;
import dev.mq.api.Receiver;
import dev.mq.api.Topology;
import dev.mq.api.UnroutableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What becomes of messages that cannot simply be stored, and what foreign clients see. */
final class RabbitPublishIT extends RabbitFixture {
  private interface Foreign<T> {
    T on(Channel channel) throws Exception;
  }

  private <T> T foreign(Foreign<T> body) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(rabbit.amqpUri());
    try (Connection c = factory.newConnection();
        Channel channel = c.createChannel()) {
      return body.on(channel);
    }
  }

  @Test
  void failsAPublishToADeletedExchangeAndKeepsTheProducerUsable() {
    Broker broker = open();
    broker.declare(Topology.builder().exchange(ExchangeSpec.fanout(name)).build());
    declareQueue(broker);
    Producer toExchange = broker.exchange(name).producer().open();
    Producer toQueue = broker.queue(name).producer().open();
    broker.exchange(name).delete();
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> toExchange.send(text("gone"))).isInstanceOf(NotFoundException.class);
    }
    toQueue.send(text("not affected"));
    broker.declare(
        Topology.builder()
            .exchange(ExchangeSpec.fanout(name))
            .queue(QueueSpec.of(name))
            .bindQueue(name, "", name)
            .build());
    toExchange.send(text("back"));
    assertThat(broker.queue(name).depth()).isEqualTo(2);
  }

  @Test
  void callsNoOtherMessageFailedWhenTheExchangeGoesAway() throws Exception {
    Broker broker = open();
    broker.declare(
        Topology.builder()
            .exchange(ExchangeSpec.fanout(name))
            .queue(QueueSpec.of(name))
            .bindQueue(name, "", name)
            .build());
    Producer producer = broker.exchange(name).producer().open();
    List<CompletableFuture<Receipt>> sent = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      sent.add(producer.sendAsync(text("m" + i)).toCompletableFuture());
      if (i == 1_000) {
        Object unused = foreign(c -> c.exchangeDelete(name));
      }
    }
    long confirmed = 0;
    long failed = 0;
    for (CompletableFuture<Receipt> s : sent) {
      MqException e = failure(s);
      if (e == null) {
        confirmed++;
      } else if (e.isDefinite()) {
        failed++;
      }
    }
    long stored = broker.queue(name).depth();
    assertThat(stored).isBetween(confirmed, sent.size() - failed);
  }

  @Test
  void tellsAFullQueueFromOneOfSeveral() {
    Broker broker = open();
    broker.declare(
        Topology.builder()
            .exchange(ExchangeSpec.fanout(name))
            .queue(
                QueueSpec.builder(name).maxLength(1, Overflow.REJECT_PUBLISH).exclusive().build())
            .bindQueue(name, "", name)
            .build());
    Producer toQueue = broker.queue(name).producer().open();
    toQueue.send(text("fits"));
    assertThatThrownBy(() -> toQueue.send(text("full")))
        .isInstanceOfSatisfying(
            MqException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.QUEUE_FULL);
              assertThat(e.isDefinite()).isTrue();
            });
    assertThatThrownBy(() -> broker.exchange(name).producer().open().send(text("full")))
        .isInstanceOfSatisfying(
            MqException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.PARTIAL);
              assertThat(e.isDefinite()).isFalse();
            });
  }

  @Test
  void refusesWhatIsTooLargeAndSendsItsNeighbours() {
    Broker broker = open(config().set("mq.rabbit.max-body-bytes", "1000"));
    declareQueue(broker);
    Producer producer = broker.queue(name).producer().open();
    Message body = Message.builder().body(new byte[1_001]).build();
    Message headers = Message.builder().header("h", "x".repeat(200_000)).build();
    assertThat(producer.sendAll(List.of(text("a"), body, headers, text("b"))))
        .extracting(r -> r.error() == null ? null : r.error().code())
        .containsExactly(null, ErrorCode.TOO_LARGE, ErrorCode.TOO_LARGE, null);
    producer.send(text("c"));
    assertThat(broker.queue(name).depth()).isEqualTo(3);
  }

  @Test
  void saysUnroutableForAQueueThatWasDeleted() {
    Broker broker = open();
    declareQueue(broker);
    Producer producer = broker.queue(name).producer().open();
    producer.send(text("there"));
    broker.queue(name).delete();
    assertThatThrownBy(() -> producer.send(text("gone"))).isInstanceOf(UnroutableException.class);
    assertThatThrownBy(() -> broker.queue(name).producer().open())
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void routesByNoHeaderOfTheProgram() {
    Broker broker = open();
    declareQueue(broker);
    String other = name + "-other";
    broker.declare(Topology.builder().queue(QueueSpec.of(other)).build());
    broker
        .queue(name)
        .producer()
        .open()
        .send(Message.builder().header("CC", other).header("BCC", other).build());
    assertThat(broker.queue(other).depth()).isZero();
    try (Receiver receiver = broker.queue(name).consumer().receiver()) {
      Delivery d = receiver.receive(LONG);
      assertThat(d.message().headers().text("CC")).isEqualTo(other);
      d.ack();
    }
  }

  @Test
  void speaksWithForeignClients() throws Exception {
    Broker broker = open();
    declareQueue(broker);
    broker
        .queue(name)
        .producer()
        .open()
        .send(Message.builder().id("our-id").body("ours").type("t").header("n", 5).build());
    GetResponse got =
        foreign(
            c -> {
              GetResponse r = c.basicGet(name, true);
              c.basicPublish(
                  "",
                  name,
                  new BasicProperties.Builder().headers(Map.of("n", 5, "s", "x")).build(),
                  "theirs".getBytes(UTF_8));
              return r;
            });
    assertThat(got.getProps().getMessageId()).isEqualTo("our-id");
    assertThat(got.getProps().getType()).isEqualTo("t");
    assertThat(got.getProps().getDeliveryMode()).isEqualTo(2);
    assertThat(got.getProps().getHeaders()).containsEntry("n", 5L);
    try (Receiver receiver = broker.queue(name).consumer().receiver()) {
      Delivery d = receiver.receive(LONG);
      assertThat(d.message().text()).isEqualTo("theirs");
      assertThat(d.message().headers().number("n", 0)).isEqualTo(5);
      assertThat(d.message().headers().text("s")).isEqualTo("x");
      d.ack();
    }
  }

  @Test
  void completesEveryMessageOfAProducerClosedInFlight() throws Exception {
    Broker broker = open();
    declareQueue(broker);
    Producer producer = broker.queue(name).producer().open();
    producer.send(text("first"));
    rabbit.pause();
    List<CompletableFuture<Receipt>> sent =
        IntStream.range(0, 100)
            .mapToObj(i -> producer.sendAsync(text("m" + i)).toCompletableFuture())
            .toList();
    long t0 = System.nanoTime();
    producer.close(Duration.ofSeconds(1));
    assertThat(millisSince(t0)).isLessThan(6_000);
    for (CompletableFuture<Receipt> s : sent) {
      assertThatThrownBy(s::get).isInstanceOf(ExecutionException.class);
      assertThat(failure(s).isDefinite()).isFalse();
    }
    rabbit.resume();
  }
}
