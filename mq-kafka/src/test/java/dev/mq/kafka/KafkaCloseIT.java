package dev.mq.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mq.api.Broker;
import dev.mq.api.BrokerConfig;
import dev.mq.api.LogSpec;
import dev.mq.api.Message;
import dev.mq.api.Producer;
import dev.mq.api.QueueSpec;
import dev.mq.api.Topology;
import dev.mq.tools.brokers.LocalKafka;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Closing while the cluster does not answer, and on a thread that must not wait (Y-07, Y-08). */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class KafkaCloseIT {
  private static final Duration CLOSE = Duration.ofSeconds(5);

  /** What the clients of the library may take beyond the time given, each of them bounded. */
  private static final Duration MORE = Duration.ofSeconds(10);

  private LocalKafka kafka;

  /** Whether the thread that closed was interrupted when it had done so. */
  private boolean interrupted;

  @BeforeEach
  void start() {
    kafka = LocalKafka.builder().start();
  }

  @AfterEach
  void stop() {
    if (kafka.isRunning()) {
      kafka.resume();
    }
    kafka.close();
  }

  @Test
  void aKilledClusterDoesNotHoldUpClosing() {
    closeAfter(LocalKafka::kill);
  }

  @Test
  void aFrozenClusterDoesNotHoldUpClosing() {
    closeAfter(LocalKafka::pause);
  }

  @Test
  void anInterruptedThreadClosesAllTheSameAndStaysInterrupted() {
    closeAfter(k -> Thread.currentThread().interrupt());
    assertThat(interrupted).isTrue();
  }

  private void closeAfter(Consumer<LocalKafka> fault) {
    Broker broker =
        Broker.open(
            BrokerConfig.builder()
                .name("closing")
                .isolated()
                .set("mq.brokers.closing.backend", "kafka")
                .set("mq.brokers.closing.kafka.bootstrap-servers", kafka.bootstrapServers())
                .build());
    broker.declare(Topology.builder().queue(QueueSpec.of("q")).log(LogSpec.of("log", 3)).build());
    AtomicInteger handled = new AtomicInteger();
    Producer toQueue = broker.queue("q").producer().open();
    Producer toLog = broker.log("log").producer().open();
    broker.queue("q").consumer().concurrency(4).start(d -> handled.incrementAndGet());
    broker.log("log").group("g").start(d -> handled.incrementAndGet());
    for (int i = 0; i < 20; i++) {
      toQueue.send(message("m" + i));
      toLog.send(message("m" + i));
    }
    await().atMost(Duration.ofSeconds(30)).until(() -> handled.get() == 40);
    fault.accept(kafka);
    toQueue.sendAsync(message("unknown"));
    toLog.sendAsync(message("unknown"));
    long start = System.nanoTime();
    broker.close(CLOSE);
    interrupted = Thread.interrupted();
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertThat(took).isLessThan(CLOSE.plus(MORE));
    await().atMost(MORE).untilAsserted(() -> assertThat(threads()).isEmpty());
  }

  private static Message message(String id) {
    return Message.builder().id(id).body(id).build();
  }

  /** Returns the names of the threads that the broker or its clients still have. */
  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.contains("closing"))
        .toList();
  }
}
