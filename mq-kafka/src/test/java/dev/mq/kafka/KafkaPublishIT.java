package dev.mq.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.QueueSpec;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.DeliveryBatch;
import dev.mq.spi.Lane;
import dev.mq.spi.PublishChannel;
import dev.mq.spi.QueueSubscription;
import dev.mq.tools.brokers.LocalKafka;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** What publishers say of messages on a cluster that answers, hangs or dies. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class KafkaPublishIT {
  private LocalKafka kafka;
  private TestClient client;

  @BeforeAll
  void start() {
    kafka = LocalKafka.builder().start();
  }

  @AfterAll
  void stop() {
    kafka.close();
  }

  @BeforeEach
  void open() {
    client =
        TestClient.to(kafka.bootstrapServers())
            .set("mq.kafka.delivery-timeout", "4s")
            .set("mq.kafka.max-block", "2s")
            .open();
  }

  @AfterEach
  void close() {
    client.close();
  }

  private boolean isDefinite(Throwable error) {
    return client.session().classify(error).definite();
  }

  @Test
  void eachMessageIsConfirmedWithItsOffset() throws Exception {
    PublishChannel channel = client.session().openPublisher();
    Sends sends = Sends.publish(channel, client.queue("confirm"), "m", 100).await();
    assertThat(sends.failures()).isEmpty();
    assertThat(sends.offsets).isSorted().doesNotHaveDuplicates().startsWith(0).endsWith(99);
    channel.close(TestClient.CLOSE);
    assertThat(sends.completions).hasValue(100);
  }

  @Test
  void publishingToADeletedQueueBecomesDefiniteAndHoldsUpNoOtherForLong() throws Exception {
    String incarnation = UUID.randomUUID().toString();
    BackendQueue queue = client.queues().create(QueueSpec.of("gone"), incarnation);
    PublishChannel channel = client.session().openPublisher();
    assertThat(Sends.publish(channel, queue, "before", 1).await().failures()).isEmpty();
    client.queues().delete("gone", incarnation);
    // The broker may take some more at first, and leave some without an answer.
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              List<Throwable> failures =
                  List.copyOf(Sends.publish(channel, queue, "later", 5).await().failures());
              return failures.size() == 5 && failures.stream().allMatch(this::isDefinite);
            });
    assertThat(Sends.publish(channel, client.queue("other"), "m", 1).await().failures()).isEmpty();
    channel.close(TestClient.CLOSE);
  }

  @Test
  void whatAFrozenBrokerDoesNotAnswerIsUnknownAlsoAcrossClose() throws Exception {
    BackendQueue queue = client.queue("frozen");
    PublishChannel channel = client.session().openPublisher();
    PublishChannel closing = client.session().openPublisher();
    Sends.publish(channel, queue, "before", 1).await();
    Sends.publish(closing, queue, "also", 1).await();
    List<Sends> all = new ArrayList<>();
    kafka.pause();
    try {
      all.add(Sends.publish(channel, queue, "lost", 20));
      all.add(Sends.publish(closing, queue, "closed", 20));
      closing.close(Duration.ofMillis(100));
      for (Sends s : all) {
        assertThat(s.await().failures()).hasSize(20).noneMatch(this::isDefinite);
      }
      all.add(Sends.publish(channel, queue, "refused", 20).await());
    } finally {
      kafka.resume();
    }
    kafka.awaitReady(Duration.ofSeconds(30));
    channel.close(TestClient.CLOSE);
    assertThat(all).allSatisfy(s -> assertThat(s.completions).hasValue(20));
    assertThat(all.get(2).failures()).hasSize(20);
    checkOutcomes(queue, all);
  }

  @Test
  void everyPublishToAKilledBrokerEndsOnceAndNothingConfirmedIsLost() throws Exception {
    BackendQueue queue = client.queue("killed");
    PublishChannel channel = client.session().openPublisher();
    List<Sends> all = new ArrayList<>();
    all.add(Sends.publish(channel, queue, "before", 1).await());
    Thread killer = new Thread(kafka::kill);
    int after = 0;
    // Few after that: a client that has lost its only broker may forget the topic too, and then
    // waits at each of them.
    for (int i = 0; i < 200 && after < 10; i++) {
      all.add(Sends.publish(channel, queue, "m" + i + "-", 10));
      if (i == 50) {
        killer.start();
      }
      after += i > 50 && !killer.isAlive() ? 1 : 0;
    }
    for (Sends s : all) {
      s.await();
    }
    killer.join();
    kafka.start();
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> Sends.publish(channel, queue, "after", 1).await().failures().isEmpty());
    channel.close(TestClient.CLOSE);
    assertThat(all).allSatisfy(s -> assertThat(s.completions).hasValue(s.size()));
    checkOutcomes(queue, all);
  }

  @Test
  void aWrongAddressFailsInTimeAndLeavesNoThreads() {
    int before = clientThreads();
    assertThatThrownBy(
            () -> TestClient.to("127.0.0.1:1").set("mq.kafka.connect-timeout", "1s").open().close())
        .isInstanceOfSatisfying(
            MqException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
              assertThat(e.isRetryable()).isTrue();
            });
    await().atMost(Duration.ofSeconds(10)).until(() -> clientThreads() <= before);
  }

  private static int clientThreads() {
    return (int)
        Thread.getAllStackTraces().keySet().stream()
            .filter(t -> t.getName().startsWith("kafka-"))
            .count();
  }

  /** Holds outcomes against what is in the queue. */
  private void checkOutcomes(BackendQueue queue, List<Sends> all) throws InterruptedException {
    Set<String> stored = drain(queue);
    for (Sends s : all) {
      for (int i = 0; i < s.size(); i++) {
        String text = s.message(i).text();
        Throwable error = s.errors[i];
        if (error == null) {
          assertThat(stored).as("confirmed").contains(text);
        } else if (isDefinite(error)) {
          assertThat(stored).as("%s", error).doesNotContain(text);
        }
      }
    }
  }

  private Set<String> drain(BackendQueue queue) throws InterruptedException {
    client.publish(queue, "last", 1);
    QueueSubscription s = client.subscribe(queue, 100, 1, new Harness.Listener());
    Lane lane = s.lanes().get(0);
    Set<String> stored = new HashSet<>();
    while (!stored.contains("last0")) {
      DeliveryBatch batch = Harness.receive(lane, 100);
      stored.addAll(Harness.texts(batch));
      Harness.ackAll(lane, batch);
    }
    s.close();
    return stored;
  }
}
