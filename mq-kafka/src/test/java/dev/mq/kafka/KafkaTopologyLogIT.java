package dev.mq.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.kafka.Harness.Viewer;
import dev.mq.spi.TopologyLog;
import dev.mq.tools.brokers.LocalKafka;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;

/** The topology log on a real cluster. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class KafkaTopologyLogIT {
  private LocalKafka kafka;

  @BeforeAll
  void start() {
    kafka = LocalKafka.builder().start();
  }

  @AfterAll
  void stop() {
    kafka.close();
  }

  private TestClient client(String prefix) {
    return TestClient.to(kafka.bootstrapServers()).set("mq.kafka.prefix", prefix);
  }

  @Test
  void theEndIsBehindEveryConfirmedCommand(TestReporter reporter) throws Exception {
    try (TestClient first = client("end.").open();
        TestClient second = client("end.").open()) {
      TopologyLog writer = first.topology();
      TopologyLog reader = second.topology();
      Viewer viewer = new Viewer();
      TopologyLog.Subscription following = reader.follow(viewer);
      int n = 300;
      long[] append = new long[n];
      long[] read = new long[n];
      long[] view = new long[n];
      for (int i = 0; i < n; i++) {
        long t0 = System.nanoTime();
        long offset = writer.append(new byte[100]);
        long t1 = System.nanoTime();
        assertThat(Harness.readEnd(reader)).isEqualTo(offset + 1);
        append[i] = t1 - t0;
        read[i] = System.nanoTime() - t1;
        view[i] = viewer.awaitSeen(offset) - t0;
      }
      assertThat(reader.endNow()).isEqualTo(-1);
      following.close();
      writer.append(new byte[1]);
      assertThat(viewer.seen).hasSize(n);
      reporter.publishEntry("append", Harness.millis(append));
      reporter.publishEntry("readEnd", Harness.millis(read));
      reporter.publishEntry("append invoked to seen by another client", Harness.millis(view));
    }
  }

  @Test
  void clientsThatOpenTogetherShareOneLog() throws Exception {
    List<TestClient> clients = IntStream.range(0, 4).mapToObj(i -> client("race.").open()).toList();
    List<CompletableFuture<Long>> appends =
        clients.stream()
            .map(c -> CompletableFuture.supplyAsync(() -> c.topology().append(new byte[1])))
            .toList();
    assertThat(appends.stream().map(CompletableFuture::join).sorted().toList())
        .containsExactly(0L, 1L, 2L, 3L);
    for (TestClient c : clients) {
      assertThat(Harness.readEnd(c.topology())).isEqualTo(4);
      c.close();
    }
  }

  @Test
  void aFollowerStartsAtTheFirstCommandThatWasNotTrimmed() throws Exception {
    try (TestClient client = client("trim.").open()) {
      TopologyLog log = client.topology();
      for (int i = 0; i < 10; i++) {
        log.append(new byte[] {(byte) i});
      }
      log.trim(6);
      Viewer viewer = new Viewer();
      log.follow(viewer);
      viewer.awaitSeen(9);
      assertThat(viewer.seen.keySet()).containsExactlyInAnyOrder(6L, 7L, 8L, 9L);
    }
  }

  @Test
  void aFollowerThatThrowsGetsTheCommandAgain() throws Exception {
    try (TestClient client = client("throw.").open()) {
      TopologyLog log = client.topology();
      AtomicInteger calls = new AtomicInteger();
      Viewer viewer =
          new Viewer() {
            @Override
            public void command(long offset, byte[] command) {
              if (calls.incrementAndGet() == 2) {
                throw new IllegalStateException("once");
              }
              super.command(offset, command);
            }
          };
      log.follow(viewer);
      for (int i = 0; i < 4; i++) {
        viewer.awaitSeen(log.append(new byte[1]));
      }
      assertThat(calls).hasValue(5);
      assertThat(viewer.seen).hasSize(4);
    }
  }

  @Test
  void aLocalReadKnowsWhatWasThereAtTheStartAndItsOwnCommands() throws Exception {
    try (TestClient writer = client("local.").open();
        TestClient client = client("local.").set("mq.kafka.topology.read", "local").open()) {
      writer.topology().append(new byte[1]);
      client.topology().follow(new Viewer());
      assertThat(client.topology().endNow()).isEqualTo(1);
      client.topology().append(new byte[1]);
      assertThat(client.topology().endNow()).isEqualTo(2);
      writer.topology().append(new byte[1]);
      assertThat(client.topology().endNow()).isEqualTo(2);
    }
  }

  @Test
  void commandsAreSeenAfterTheClusterWasKilled() throws Exception {
    try (TestClient client = client("kill.").open()) {
      TopologyLog log = client.topology();
      Viewer viewer = new Viewer();
      log.follow(viewer);
      viewer.awaitSeen(log.append(new byte[1]));
      kafka.kill();
      assertThat(client.context().connection().poll(30, TimeUnit.SECONDS)).isEqualTo("lost");
      assertThat(client.session().healthProblem()).isNotEmpty();
      kafka.start();
      assertThat(client.context().connection().poll(30, TimeUnit.SECONDS)).isEqualTo("recovered");
      assertThat(client.session().healthProblem()).isEmpty();
      long offset = log.append(new byte[1]);
      viewer.awaitSeen(offset);
      assertThat(Harness.readEnd(log)).isEqualTo(offset + 1);
      assertThat(viewer.seen).hasSize(2);
      assertThat(client.context().connection()).isEmpty();
    }
  }

  /** whoever took an older end for the present one would route past bindings. */
  @Test
  void aReadOfTheEndThatHasNoTimeLeftFailsAndTellsNoOther() throws Exception {
    try (TestClient client = client("late.").open()) {
      TopologyLog log = client.topology();
      log.append(new byte[1]);
      assertThat(Harness.readEnd(log)).isEqualTo(1);
      client.context().stall(Duration.ofMinutes(1));
      assertThat(Harness.end(log))
          .failsWithin(Duration.ofSeconds(20))
          .withThrowableThat()
          .havingCause()
          .isInstanceOfSatisfying(
              MqException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
                assertThat(e.isDefinite()).isTrue();
              });
      client.context().stall(Duration.ZERO);
      assertThat(Harness.readEnd(log)).isEqualTo(1);
    }
  }
}
