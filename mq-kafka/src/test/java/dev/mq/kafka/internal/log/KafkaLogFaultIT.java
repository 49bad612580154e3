package dev.mq.kafka.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.LogSpec;
import dev.mq.api.Positions;
import dev.mq.spi.BackendLog;
import dev.mq.spi.RecordBatch;
import dev.mq.spi.RecordSource;
import dev.mq.tools.brokers.LocalKafka;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Logs on a real broker that is killed, frozen or gone. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class KafkaLogFaultIT {
  private LocalKafka kafka;
  private LogClient client;

  @BeforeEach
  void start() {
    kafka = LocalKafka.builder().start();
    client = new LogClient(kafka.bootstrapServers(), Map.of("mq.kafka.operation-timeout", "10s"));
  }

  @AfterEach
  void stop() {
    if (kafka.isRunning()) {
      kafka.resume();
    }
    client.close();
    kafka.close();
  }

  @Test
  void nothingConfirmedIsLostOrReadTwiceOverACrashOfTheBroker() throws Exception {
    BackendLog log = client.logs.create(LogSpec.of("crash", 2));
    client.append(log, 0, "before", 300);
    client.append(log, 1, "before", 300);
    RecordSource source = client.logs.reader(log, 100);
    source.seek(0, 0);
    TestMember a = client.join(log, "g");
    a.pollUntil(() -> a.next.size() == 2 && a.seen.size() > 300);
    List<Seen> read = new ArrayList<>(Seen.some(source, 100));
    Positions committed = Positions.of(Map.of(0, a.next.get(0), 1, a.next.get(1)));
    assertThat(a.committed(committed)).isEqualTo("ok");

    Appended during = new Appended(log, 0, "during", 5000);
    client.publisher.publish(during);
    kafka.kill();
    a.poll();
    RecordBatch batch = new RecordBatch(100);
    source.poll(batch, 0);
    read.addAll(Seen.in(batch));
    kafka.start();
    during.awaitAnswers();
    assertThat(client.logs.committed(log, "g")).isEqualTo(committed);
    Appended after = client.append(log, 0, "after", 100);

    long end = after.offsets[99] + 1;
    read.addAll(Seen.upTo(source, 0, end));
    source.close();
    assertThat(read).doesNotHaveDuplicates().containsAll(during.confirmed());
    assertThat(read).containsAll(after.confirmed()).hasSize((int) end);
    // The next offsets it checks itself; it may have lost and got back its partitions.
    a.pollUntil(() -> a.next.getOrDefault(0, 0L) == end && a.next.getOrDefault(1, 0L) == 300);
    assertThat(a.seen).containsAll(read).hasSize((int) end + 300);
    assertThat(a.lost).isEmpty();
    a.member.close();
    assertThat(client.logs.committed(log, "g")).isEqualTo(Positions.of(Map.of(0, end, 1, 300L)));
  }

  @Test
  void aCommitIsAnsweredAlsoWhenTheBrokerIsFrozenAndNothingPolls() throws Exception {
    BackendLog log = client.logs.create(LogSpec.of("frozen", 1));
    client.append(log, 0, "m", 10);
    TestMember a = client.join(log, "g");
    a.pollUntil(() -> a.seen.size() == 10);
    kafka.pause();
    CompletableFuture<Boolean> answered = new CompletableFuture<>();
    a.member.commit(Positions.of(0, 10), e -> answered.complete(e != null));
    assertThat(answered.get(30, TimeUnit.SECONDS)).isTrue();
    kafka.resume();
    // The pause may have cost it the partition, and the first one may still meet a connection that
    // ended meanwhile.
    do {
      a.pollUntil(() -> !a.owned.isEmpty());
    } while (!a.committed(Positions.of(0, 10)).equals("ok"));
    a.member.close();
  }

  @Test
  void closingIsBoundedWhenTheBrokerIsGone() throws Exception {
    closeWithout(kafka::kill);
  }

  @Test
  void closingIsBoundedWhenTheBrokerIsFrozen() throws Exception {
    closeWithout(kafka::pause);
  }

  private void closeWithout(Runnable fault) throws InterruptedException {
    BackendLog log = client.logs.create(LogSpec.of("gone", 1));
    client.append(log, 0, "m", 10);
    TestMember a = client.join(log, "g");
    RecordSource source = client.logs.reader(log, 100);
    source.seek(0, 0);
    assertThat(Seen.some(source, 10)).hasSize(10);
    a.pollUntil(() -> a.seen.size() == 10);
    fault.run();
    a.commit(Positions.of(0, 5));
    long start = System.nanoTime();
    a.member.close();
    source.close();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    assertThat(a.owned).isEmpty();
    assertThat(a.answers).hasSize(2).doesNotContain("ok");
  }
}
