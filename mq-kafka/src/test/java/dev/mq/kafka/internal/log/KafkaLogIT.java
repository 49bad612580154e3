package dev.mq.kafka.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mq.api.DeclarationConflictException;
import dev.mq.api.ErrorCode;
import dev.mq.api.LogSpec;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.Positions;
import dev.mq.spi.BackendLog;
import dev.mq.spi.RecordBatch;
import dev.mq.spi.RecordSource;
import dev.mq.tools.brokers.LocalKafka;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Logs and readers on a real broker. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class KafkaLogIT {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private LocalKafka kafka;
  private LogClient client;

  @BeforeAll
  void start() {
    kafka =
        LocalKafka.builder()
            .property("log.initial.task.delay.ms", "500")
            .property("log.retention.check.interval.ms", "500")
            .start();
    client = new LogClient(kafka.bootstrapServers());
  }

  @AfterAll
  void stop() {
    client.close();
    kafka.close();
  }

  private BackendLog log(String name, int partitions) {
    return client.logs.create(LogSpec.of(name, partitions));
  }

  @Test
  void anEqualDeclarationChangesNothingAndAnotherOneIsAConflict() {
    LogSpec spec =
        LogSpec.builder("declared")
            .partitions(2)
            .retention(Duration.ofHours(1))
            .retentionBytes(1 << 24)
            .build();
    BackendLog log = client.logs.create(spec);
    client.append(log, 1, "m", 3);
    assertThat(client.logs.describe("declared")).contains(spec);
    assertThat(client.logs.create(spec)).isSameAs(log);
    assertThat(client.logs.end(log)).isEqualTo(Positions.of(Map.of(0, 0L, 1, 3L)));

    LogSpec other = spec.toBuilder().partitions(3).build();
    assertThatThrownBy(() -> client.logs.create(other))
        .isInstanceOfSatisfying(
            DeclarationConflictException.class,
            e -> {
              assertThat(e.existing()).isEqualTo(spec.toString());
              assertThat(e.requested()).isEqualTo(other.toString());
            });
    assertThat(client.logs.describe("none")).isEmpty();
    assertThatThrownBy(() -> client.logs.open("none")).isInstanceOf(NotFoundException.class);
  }

  @Test
  void aBurstIntoAFreshLogLosesNothing() throws Exception {
    BackendLog log = log("burst", 2);
    Appended first = new Appended(log, 0, "a", 20_000);
    Appended second = new Appended(log, 1, "b", 20_000);
    client.publisher.publish(first);
    client.publisher.publish(second);
    assertThat(first.await().confirmed()).hasSize(20_000);
    assertThat(second.await().confirmed()).hasSize(20_000);
    assertThat(client.read(log, 0, 0)).isEqualTo(first.confirmed());
    assertThat(client.read(log, 1, 0)).isEqualTo(second.confirmed());
  }

  @Test
  void eachRecordIsReadAtTheOffsetItsReceiptNames() throws Exception {
    BackendLog log = log("receipts", 3);
    Appended sent = client.append(log, 2, "m", 500);
    List<Seen> all = client.read(log, 2, 0);
    assertThat(all).isEqualTo(sent.confirmed());
    assertThat(client.read(log, 2, 0)).isEqualTo(all);
    assertThat(client.read(log, 2, 123)).isEqualTo(all.subList(123, 500));
    assertThat(client.read(log, 1, 0)).isEmpty();
  }

  @Test
  void aSeekGoesOnExactlyThereAndRefusesWhatIsNotThere() throws Exception {
    BackendLog log = log("seeks", 2);
    Appended sent = client.append(log, 0, "m", 300);
    RecordSource source = client.logs.reader(log, 100);
    RecordBatch batch = new RecordBatch(100);
    for (long at : new long[] {250, 3, 299, 120, 120}) {
      source.seek(0, at);
      batch.clear();
      while (source.poll(batch, SECOND) == 0) {
        // The first records are under way.
      }
      assertThat(Seen.in(batch).get(0)).isEqualTo(sent.confirmed().get((int) at));
    }
    source.seek(0, 300);
    batch.clear();
    assertThat(source.poll(batch, SECOND / 5)).isZero();
    assertThat(source.position(0)).isEqualTo(300);
    for (long wrong : new long[] {301, 1000}) {
      assertOutOfRange(() -> source.seek(0, wrong));
    }
    assertOutOfRange(() -> source.seek(2, 0));
    client.append(log, 0, "n", 1);
    assertThat(Seen.some(source, 1)).containsExactly(new Seen(0, 300, "n0"));
    source.close();
  }

  private static void assertOutOfRange(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OUT_OF_RANGE));
  }

  @Test
  void aTimeIsFoundExactly() throws Exception {
    BackendLog log = log("times", 1);
    long last = 0;
    for (int i = 0; i < 20; i++) {
      client.append(log, 0, "m" + i + "-", 3);
    }
    RecordSource source = client.logs.reader(log, 100);
    source.seek(0, 0);
    RecordBatch batch = new RecordBatch(100);
    while (batch.size() < 60) {
      source.poll(batch, SECOND);
    }
    source.close();
    for (int i = 0; i < 60; i++) {
      long at = batch.timestampMillis(i);
      assertThat(at).isGreaterThanOrEqualTo(last);
      last = at;
      for (long t : new long[] {at, at + 1}) {
        long expected = 60;
        for (int k = 59; k >= 0 && batch.timestampMillis(k) >= t; k--) {
          expected = k;
        }
        assertThat(client.logs.at(log, Instant.ofEpochMilli(t)))
            .isEqualTo(Positions.of(0, expected));
      }
    }
    assertThat(client.logs.at(log, Instant.ofEpochMilli(-1))).isEqualTo(Positions.of(0, 0));
    assertThat(client.logs.at(log, Instant.ofEpochMilli(Long.MAX_VALUE)))
        .isEqualTo(Positions.of(0, 60));
  }

  @Test
  void aReaderSeesNoAbortedRecordAndItsPositionPassesTheMarkers() throws Exception {
    BackendLog log = log("transactions", 1);
    try (KafkaProducer<byte[], byte[]> foreign =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers(), "transactional.id", "t"),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      foreign.initTransactions();
      for (int i = 0; i < 4; i++) {
        foreign.beginTransaction();
        Future<RecordMetadata> unused =
            foreign.send(new ProducerRecord<>("transactions", 0, null, new byte[] {(byte) i}));
        if (i % 2 == 0) {
          foreign.commitTransaction();
        } else {
          foreign.flush();
          foreign.abortTransaction();
        }
      }
    }
    // The end of a transaction is decided, and answered, before its marker is in the log.
    await().untilAsserted(() -> assertThat(client.logs.end(log)).isEqualTo(Positions.of(0, 8)));
    assertThat(client.read(log, 0, 0)).extracting(Seen::offset).containsExactly(0L, 4L);
  }

  @Test
  void aPausedPartitionGivesNothingUntilItIsResumed() throws Exception {
    BackendLog log = log("paused", 2);
    client.append(log, 0, "a", 50);
    client.append(log, 1, "b", 50);
    RecordSource source = client.logs.reader(log, 100);
    source.seek(0, 0);
    source.seek(1, 0);
    source.pause(0);
    assertThat(Seen.upTo(source, 1, 50)).hasSize(50).allMatch(s -> s.partition() == 1);
    source.resume(0);
    assertThat(Seen.upTo(source, 0, 50)).hasSize(50).allMatch(s -> s.partition() == 0);
    source.close();
  }

  @Test
  void aWakeupEndsAWaitingPollOrTheNextOneAndNoOther() throws Exception {
    BackendLog log = log("woken", 1);
    RecordSource source = client.logs.reader(log, 100);
    RecordBatch batch = new RecordBatch(100);
    source.wakeup();
    assertThat(source.poll(batch, 60 * SECOND)).isZero();
    source.seek(0, 0);
    for (int i = 0; i < 30; i++) {
      source.wakeup();
      assertThat(source.poll(batch, 60 * SECOND)).isZero();
      CompletableFuture<Void> woken = CompletableFuture.runAsync(source::wakeup);
      assertThat(source.poll(batch, 60 * SECOND)).isZero();
      woken.join();
    }
    // One of the wakeups may have come after its poll.
    source.poll(batch, 0);
    client.append(log, 0, "m", 1);
    assertThat(Seen.some(source, 1)).containsExactly(new Seen(0, 0, "m0"));
    source.close();
  }

  @Test
  void partitionsAddedElsewhereAreSeen() {
    BackendLog log = log("grown", 1);
    try (LogClient other = new LogClient(kafka.bootstrapServers())) {
      other.logs.addPartitions(other.logs.open("grown"), 3);
      assertThat(other.logs.open("grown").partitions()).isEqualTo(3);
    }
    await().atMost(Duration.ofSeconds(20)).until(() -> log.partitions() == 3);
    client.logs.addPartitions(log, 3);
    assertThat(client.logs.end(log).offsets()).hasSize(3);
  }

  @Test
  void aDeletedLogIsGoneForItsReadersAndForWhoMakesItAgain() throws Exception {
    for (int i = 0; i < 5; i++) {
      BackendLog log = log("deleted", 2);
      client.append(log, 0, "m", 10);
      RecordSource source = client.logs.reader(log, 100);
      source.seek(0, 0);
      client.logs.delete("deleted");
      client.logs.delete("deleted");
      assertThat(client.logs.describe("deleted")).isEmpty();
      assertThatThrownBy(() -> source.poll(new RecordBatch(100), 60 * SECOND))
          .isInstanceOf(NotFoundException.class);
      source.close();
      BackendLog again = log("deleted", 1);
      assertThat(again).isNotSameAs(log);
      assertThat(client.logs.end(again)).isEqualTo(Positions.of(0, 0));
      client.logs.delete("deleted");
    }
  }

  @Test
  void aReaderOfALogThatIsDeletedElsewhereLearnsOfIt() {
    BackendLog log = log("deleted-elsewhere", 1);
    RecordSource source = client.logs.reader(log, 100);
    source.seek(0, 0);
    client.admin().deleteTopics(List.of("deleted-elsewhere"));
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> source.poll(new RecordBatch(100), SECOND / 5))
                    .isInstanceOf(NotFoundException.class));
    source.close();
  }

  @Test
  void aForeignTopicIsALog() throws Exception {
    client.admin().createTopics(List.of(new NewTopic("foreign.topic", 2, (short) 1))).all().get();
    await().until(() -> client.logs.describe("foreign.topic").isPresent());
    LogSpec seen = client.logs.describe("foreign.topic").orElseThrow();
    assertThat(seen.partitions()).isEqualTo(2);
    assertThat(seen.retention()).isEqualTo(Duration.ofDays(7));
    BackendLog log = client.logs.open("foreign.topic");
    Appended sent = client.append(log, 1, "m", 5);
    assertThat(client.read(log, 1, 0)).isEqualTo(sent.confirmed());
  }

  @Test
  void everyNameIsALogOfItsOwn() throws Exception {
    for (String name : List.of("äöü/log", "a b", "a%b", "x".repeat(200), "ö".repeat(100))) {
      BackendLog log = log(name, 1);
      Appended sent = client.append(log, 0, "m", 2);
      assertThat(client.read(log, 0, 0)).isEqualTo(sent.confirmed());
      assertThat(client.logs.describe(name)).contains(LogSpec.of(name, 1));
    }
  }

  @Test
  void whatIsOlderThanItsRetentionGoesFromTheFrontAndIsNeverSkippedSilently() throws Exception {
    BackendLog log =
        client.logs.create(LogSpec.builder("short-lived").retention(Duration.ofSeconds(2)).build());
    Appended old = client.append(log, 0, "old", 10);
    RecordSource source = client.logs.reader(log, 100);
    source.seek(0, 0);
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> client.logs.begin(log).offset(0).orElseThrow() == 10);
    Appended young = client.append(log, 0, "young", 5);
    assertThat(old.offsets[9]).isEqualTo(9);
    assertThat(young.offsets[0]).isEqualTo(10);
    assertOutOfRange(() -> source.seek(0, 3));
    source.close();
    assertThat(client.read(log, 0, 10)).isEqualTo(young.confirmed());

    RecordSource late = client.logs.reader(log, 100);
    late.seek(0, 10);
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> client.logs.begin(log).offset(0).orElseThrow() == 15);
    RecordBatch batch = new RecordBatch(100);
    assertThatThrownBy(
            () -> {
              while (late.poll(batch, SECOND) >= 0) {
                batch.clear();
              }
            })
        .satisfies(
            e -> assertThat(client.session.classify(e).code()).isEqualTo(ErrorCode.OUT_OF_RANGE));
    late.close();
  }

  @Test
  void whatIsMoreThanItsRetentionInBytesGoesFromTheFront() {
    BackendLog log = client.logs.create(LogSpec.builder("small").retentionBytes(2 << 20).build());
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              client.appendLarge(log, 200);
              return client.logs.begin(log).offset(0).orElseThrow() > 0;
            });
    long kept =
        client.logs.end(log).offset(0).orElseThrow()
            - client.logs.begin(log).offset(0).orElseThrow();
    assertThat(kept * LogClient.LARGE).isGreaterThan(2 << 20);
  }
}
