package dev.mq.rabbit.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import dev.mq.api.Broker;
import dev.mq.api.DeclarationConflictException;
import dev.mq.api.ErrorCode;
import dev.mq.api.LogReader;
import dev.mq.api.LogRecord;
import dev.mq.api.LogSpec;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.api.Producer;
import dev.mq.api.Receipt;
import dev.mq.api.Topology;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Logs on a real RabbitMQ, through the runtime. */
final class RabbitLogIT extends LogFixture {
  @Test
  void replaysTheSameRecordsTwiceInTheOrderAppended() {
    Broker broker = open();
    declare(broker, 3);
    append(broker, "r", 3_000);
    List<LogRecord<byte[]>> one = readAll(broker);
    List<LogRecord<byte[]>> two = readAll(broker);
    assertThat(one).hasSize(3_000);
    for (int p = 0; p < 3; p++) {
      int partition = p;
      List<String> a = texts(one.stream().filter(r -> r.partition() == partition).toList());
      assertThat(a)
          .isEqualTo(texts(two.stream().filter(r -> r.partition() == partition).toList()))
          .isSortedAccordingTo(
              (x, y) -> Integer.parseInt(x.substring(1)) - Integer.parseInt(y.substring(1)));
    }
    assertThat(broker.log(name).end().total()).isEqualTo(3_000);
  }

  @Test
  void keepsEveryPartOfAMessage() {
    Broker broker = open();
    declare(broker, 1);
    Message m =
        Message.builder()
            .id("the-id")
            .key("a key")
            .routingKey("a.b.c")
            .body("body")
            .header("text", "t")
            .header("long", 5_000_000_000L)
            .header("double", 0.5)
            .header("yes", true)
            .header("bytes", new byte[] {1, 2, 3})
            .headerNull("nothing")
            .header("x-basic-type", "not a type")
            .type("a type")
            .contentType("text/plain")
            .timestamp(Instant.ofEpochMilli(1_700_000_000_123L))
            .correlationId("corr")
            .replyTo("queue:there")
            .priority(200)
            .timeToLive(Duration.ofHours(1))
            .build();
    Message none = Message.builder().key("k").noBody().build();
    try (Producer producer = broker.log(name).producer().open()) {
      producer.send(m);
      producer.send(none);
      producer.send(Message.builder().body("").build());
    }
    List<LogRecord<byte[]>> all = readAll(broker);
    Message got = all.get(0).message();
    assertThat(got.id()).isEqualTo("the-id");
    assertThat(got.key()).isEqualTo("a key");
    assertThat(got.routingKey()).isEqualTo("a.b.c");
    assertThat(got.text()).isEqualTo("body");
    assertThat(got.headers()).isEqualTo(m.headers());
    assertThat(got.type()).isEqualTo("a type");
    assertThat(got.contentType()).isEqualTo("text/plain");
    assertThat(got.timestamp()).isEqualTo(m.timestamp());
    assertThat(got.correlationId()).isEqualTo("corr");
    assertThat(got.replyTo()).isEqualTo("queue:there");
    assertThat(got.priority()).isEqualTo(200);
    assertThat(got.timeToLive()).isEqualTo(Duration.ofHours(1));
    assertThat(all.get(1).message().hasBody()).isFalse();
    assertThat(all.get(2).message().hasBody()).isTrue();
  }

  @Test
  void isReadByForeignClientsAndReadsTheirs() throws Exception {
    Broker broker = open();
    declare(broker, 1);
    try (Producer producer = broker.log(name).producer().open()) {
      producer.send(
          Message.builder().id("ours").key("k").body("b").header("n", 7).type("t").build());
    }
    BlockingQueue<AMQP.BasicProperties> got = new LinkedBlockingQueue<>();
    AMQP.BasicProperties seen =
        amqp(
            c -> {
              c.basicPublish(
                  name,
                  "0",
                  new AMQP.BasicProperties.Builder()
                      .messageId("theirs")
                      .type("event")
                      .headers(Map.of("n", 8))
                      .build(),
                  "foreign".getBytes(UTF_8));
              c.basicQos(10);
              c.basicConsume(
                  name + "-0",
                  false,
                  Map.of("x-stream-offset", "first"),
                  new DefaultConsumer(c) {
                    @Override
                    public void handleDelivery(
                        String tag, Envelope e, AMQP.BasicProperties p, byte[] body) {
                      got.add(p);
                    }
                  });
              return got.poll(20, TimeUnit.SECONDS);
            });
    assertThat(seen.getMessageId()).isEqualTo("ours");
    assertThat(seen.getType()).isEqualTo("t");
    assertThat(seen.getHeaders()).containsEntry("n", 7L);
    assertThat(seen.getHeaders().get("mq-key")).hasToString("k");
    await().atMost(LONG).until(() -> broker.log(name).end().total() == 2);
    Message theirs = readAll(broker).get(1).message();
    assertThat(theirs.id()).isEqualTo("theirs");
    assertThat(theirs.type()).isEqualTo("event");
    assertThat(theirs.routingKey()).isEqualTo("0");
    assertThat(theirs.text()).isEqualTo("foreign");
    assertThat(theirs.headers().number("n", 0)).isEqualTo(8);
  }

  @Test
  void seeksByOffsetInsideAChunk() {
    Broker broker = open();
    declare(broker, 1);
    append(broker, "r", 500);
    try (LogReader<byte[]> reader = broker.log(name).reader().from(Position.begin()).open()) {
      for (int at : new int[] {250, 3, 499, 0, 77}) {
        reader.seek(0, at);
        LogRecord<byte[]> r = reader.poll(LONG).get(0);
        assertThat(r.offset()).isEqualTo(at);
        assertThat(r.message().text()).isEqualTo("r" + at);
      }
      assertThatThrownBy(() -> reader.seek(0, 501))
          .isInstanceOf(MqException.class)
          .extracting(e -> MqException.of(e).code())
          .isEqualTo(ErrorCode.OUT_OF_RANGE);
    }
  }

  @Test
  void seeksByTimeExactly() {
    Broker broker = open();
    declare(broker, 2);
    for (int i = 0; i < 20; i++) {
      append(broker, i + "-", 10);
    }
    List<LogRecord<byte[]>> all = readAll(broker);
    Set<Instant> times = new HashSet<>();
    all.forEach(r -> times.add(r.timestamp()));
    Instant last = times.stream().max(Instant::compareTo).orElseThrow();
    times.add(last.plusMillis(1));
    times.add(last.plusSeconds(3_600));
    times.add(Instant.EPOCH);
    for (Instant t : times) {
      Positions at = broker.log(name).at(t);
      for (int p = 0; p < 2; p++) {
        int partition = p;
        long expected =
            all.stream()
                .filter(r -> r.partition() == partition && !r.timestamp().isBefore(t))
                .mapToLong(LogRecord::offset)
                .min()
                .orElse(broker.log(name).end().offset(p).orElseThrow());
        assertThat(at.offset(p)).as("%s partition %s", t, p).hasValue(expected);
      }
    }
  }

  @Test
  void knowsTheEndOfEmptyLogs() {
    Broker broker = open();
    declare(broker, 2);
    assertThat(broker.log(name).begin().total()).isZero();
    assertThat(broker.log(name).end().total()).isZero();
    assertThat(broker.log(name).at(Instant.now()).total()).isZero();
    assertThat(readAll(broker)).isEmpty();
  }

  @Test
  void comparesDeclarationsWithWhatIsThere() {
    Broker broker = open();
    LogSpec spec =
        LogSpec.builder(name)
            .partitions(2)
            .retention(Duration.ofHours(1))
            .retentionBytes(50_000_000)
            .build();
    broker.declare(Topology.builder().log(spec).build());
    broker.declare(Topology.builder().log(spec).build());
    open().declare(Topology.builder().log(spec).build());
    LogSpec other = spec.toBuilder().retention(Duration.ofHours(2)).build();
    assertThatThrownBy(() -> broker.declare(Topology.builder().log(other).build()))
        .isInstanceOf(DeclarationConflictException.class);
  }

  @Test
  void removesOnlyAPrefixAndTellsWhoReadsBelowIt() {
    Broker broker = open();
    broker.declare(
        Topology.builder().log(LogSpec.builder(name).retentionBytes(2_000_000).build()).build());
    byte[] body = new byte[10_000];
    try (Producer producer = broker.log(name).producer().open()) {
      for (int round = 0; round < 4; round++) {
        List<CompletableFuture<Receipt>> sent = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
          sent.add(producer.sendAsync(Message.builder().body(body).build()).toCompletableFuture());
        }
        sent.forEach(s -> assertThat(failure(s)).isNull());
      }
    }
    await().atMost(LONG).until(() -> broker.log(name).begin().offset(0).orElse(0) > 0);
    long begin = broker.log(name).begin().offset(0).orElseThrow();
    List<LogRecord<byte[]>> all = readAll(broker);
    assertThat(all.get(0).offset()).isEqualTo(begin);
    assertThat(all.get(all.size() - 1).offset() + 1)
        .isEqualTo(broker.log(name).end().offset(0).orElseThrow());
    try (LogReader<byte[]> reader = broker.log(name).reader().from(Position.begin()).open()) {
      assertThatThrownBy(() -> reader.seek(0, 5))
          .isInstanceOf(MqException.class)
          .extracting(e -> MqException.of(e).code())
          .isEqualTo(ErrorCode.OUT_OF_RANGE);
    }
  }

  @Test
  void deletesALog() {
    Broker broker = open();
    declare(broker, 2);
    append(broker, "r", 10);
    broker.log(name).delete();
    broker.log(name).delete();
    assertThatThrownBy(() -> broker.log(name).end()).isInstanceOf(NotFoundException.class);
    declare(broker, 1);
    assertThat(readAll(broker)).isEmpty();
  }

  @Test
  void refusesARecordThatIsTooLarge() {
    Broker broker = open();
    declare(broker, 1);
    try (Producer producer = broker.log(name).producer().open()) {
      assertThatThrownBy(
              () -> producer.send(Message.builder().body(new byte[(1 << 20) + 1]).build()))
          .isInstanceOf(MqException.class)
          .extracting(e -> MqException.of(e).code())
          .isEqualTo(ErrorCode.TOO_LARGE);
      producer.send(Message.builder().body(new byte[1_000_000]).build());
    }
    assertThat(readAll(broker)).hasSize(1);
  }

  @Test
  void losesNothingConfirmedWhenTheBrokerIsKilledAndReadsOn() throws Exception {
    Broker broker = open();
    declare(broker, 2);
    List<String> confirmed = new ArrayList<>();
    List<String> seen = new ArrayList<>();
    AtomicBoolean stop = new AtomicBoolean();
    try (LogReader<byte[]> reader =
            broker.log(name).reader().from(Position.begin()).follow().open();
        Producer producer = broker.log(name).producer().open()) {
      Thread writer =
          new Thread(
              () -> {
                for (int i = 0; !stop.get(); i++) {
                  String text = Integer.toString(i);
                  try {
                    producer.send(Message.builder().key(text).body(text).build());
                    confirmed.add(text);
                  } catch (MqException e) {
                    // Refused or unknown while the broker is away.
                    Thread.onSpinWait();
                  }
                }
              });
      writer.start();
      readUntil(reader, seen, 300);
      rabbit.kill();
      rabbit.start();
      int before = seen.size();
      readUntil(reader, seen, before + 300);
      stop.set(true);
      writer.join(40_000);
      long end = broker.log(name).end().total();
      await()
          .atMost(LONG)
          .pollInterval(Duration.ofMillis(1))
          .until(
              () -> {
                reader.poll(Duration.ofMillis(100)).forEach(r -> seen.add(r.message().text()));
                return reader.position().total() >= end;
              });
    }
    assertThat(seen).as("nothing twice").doesNotHaveDuplicates();
    assertThat(new HashSet<>(seen)).as("nothing confirmed lost").containsAll(confirmed);
    assertThat(texts(readAll(broker))).hasSameElementsAs(seen);
  }

  @Test
  void closesInTimeWhenTheBrokerIsFrozen() {
    Broker broker = open();
    declare(broker, 4);
    Producer producer = broker.log(name).producer().open();
    List<CompletableFuture<Receipt>> sent = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      producer.send(Message.builder().key("k" + i).body("m").build());
    }
    LogReader<byte[]> reader = broker.log(name).reader().open();
    readUntil(reader, new ArrayList<>(), 40);
    rabbit.pause();
    try {
      for (int i = 0; i < 40; i++) {
        Message m = Message.builder().key("k" + i).body("m").build();
        sent.add(producer.sendAsync(m).toCompletableFuture());
      }
      long t0 = System.nanoTime();
      boolean unused = producer.close(Duration.ofSeconds(1));
      assertThat(millisSince(t0)).as("producer").isLessThan(4_000);
      assertThat(CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)))
          .failsWithin(Duration.ofSeconds(5));
      t0 = System.nanoTime();
      reader.close();
      assertThat(millisSince(t0)).as("reader").isLessThan(4_000);
      t0 = System.nanoTime();
      unused = broker.close(Duration.ofSeconds(1));
      assertThat(millisSince(t0)).as("broker").isLessThan(6_000);
    } finally {
      rabbit.resume();
    }
  }

  @Test
  void leavesNoThreadsBehindWhenEndsCannotBeAskedFor() {
    Broker broker = open();
    declare(broker, 1);
    append(broker, "r", 10);
    try (LogReader<byte[]> reader = broker.log(name).reader().open()) {
      List<String> seen = new ArrayList<>();
      readUntil(reader, seen, 10);
      rabbit.kill();
      long before = eventLoops();
      int most = 2 * Runtime.getRuntime().availableProcessors();
      for (int i = 0; i < most + 5; i++) {
        assertThatThrownBy(() -> reader.seek(0, 5)).isInstanceOf(MqException.class);
      }
      assertThat(eventLoops() - before).as("threads of the client").isLessThanOrEqualTo(most);
    } finally {
      rabbit.start();
    }
  }

  private static long eventLoops() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().matches(".*([eE]ventLoop|rabbit-stream|globalEventExecutor).*"))
        .count();
  }

  private static void readUntil(LogReader<byte[]> reader, List<String> seen, int size) {
    await()
        .atMost(Duration.ofSeconds(90))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .until(
            () -> {
              reader.poll(Duration.ofMillis(100)).forEach(r -> seen.add(r.message().text()));
              return seen.size() >= size;
            });
  }

  @Test
  void makesALogOfEightPartitionsQuickly() {
    Broker broker = open();
    long t0 = System.nanoTime();
    declare(broker, 8);
    LOG.warn("FIGURE declare a log of 8: {} ms", round(millisSince(t0)));
    List<Double> millis = new ArrayList<>();
    try (Producer producer = broker.log(name).producer().open()) {
      for (int i = 0; i < 300; i++) {
        long t = System.nanoTime();
        producer.send(Message.builder().key("k" + i).body("x").build());
        millis.add(millisSince(t));
      }
    }
    figures("append, one by one", millis);
    assertThat(broker.log(name).partitions()).isEqualTo(8);
  }
}
