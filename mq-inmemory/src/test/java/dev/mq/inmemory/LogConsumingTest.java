package dev.mq.inmemory;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mq.api.Broker;
import dev.mq.api.Codec;
import dev.mq.api.CommitMode;
import dev.mq.api.Failure;
import dev.mq.api.GroupBuilder;
import dev.mq.api.GroupConsumer;
import dev.mq.api.Log;
import dev.mq.api.LogReader;
import dev.mq.api.LogRecord;
import dev.mq.api.LogSpec;
import dev.mq.api.Message;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.api.Producer;
import dev.mq.api.Topology;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The log side of the runtime over the whole engine: groups whose members come and go, readers. */
@Timeout(120)
class LogConsumingTest {
  private static final int PARTITIONS = 6;

  private final InMemoryEngine engine = InMemoryEngine.create();
  private Broker broker;
  private Log log;

  @BeforeEach
  void open() {
    broker = Broker.open(engine.config());
    broker.declare(
        Topology.builder()
            .log(LogSpec.of("events", PARTITIONS))
            .log(LogSpec.of("events.dead", 1))
            .build());
    log = broker.log("events");
  }

  @AfterEach
  void close() {
    broker.close();
    engine.close();
  }

  private void append(int from, int to) {
    try (Producer producer = log.producer().open()) {
      List<Message> messages = new ArrayList<>();
      for (int i = from; i < to; i++) {
        messages.add(Message.builder().key("k" + i % 50).body("v" + i).build());
      }
      producer.sendAll(messages);
    }
  }

  private GroupBuilder<String> group() {
    return log.group("g").as(Codec.text());
  }

  private static void until(java.util.concurrent.Callable<Boolean> condition) {
    await().pollInterval(ofMillis(2)).atMost(ofSeconds(60)).until(condition);
  }

  @Test
  void membersThatComeAndGoCleanlyHandleEveryRecordOnceAndInOrder() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Map<Integer, List<Long>> handled = new ConcurrentHashMap<>();
    Map<Integer, AtomicInteger> inside = new ConcurrentHashMap<>();
    AtomicInteger overlaps = new AtomicInteger();
    ArrayDeque<GroupConsumer> members = new ArrayDeque<>();
    int appended = 0;
    for (int step = 0; step < 30; step++) {
      append(appended, appended + 200);
      appended += 200;
      if (members.isEmpty() || (members.size() < 4 && random.nextBoolean())) {
        members.add(
            group()
                .batchSize(1 + random.nextInt(40))
                .concurrency(1 + random.nextInt(6))
                .start(
                    r -> {
                      AtomicInteger in =
                          inside.computeIfAbsent(r.partition(), p -> new AtomicInteger());
                      overlaps.addAndGet(in.getAndIncrement());
                      handled
                          .computeIfAbsent(r.partition(), p -> new CopyOnWriteArrayList<>())
                          .add(r.offset());
                      in.decrementAndGet();
                    }));
      } else {
        assertThat(members.remove().close(ofSeconds(20))).as("seed %s", seed).isTrue();
      }
    }
    if (members.isEmpty()) {
      members.add(
          group()
              .start(
                  r ->
                      handled
                          .computeIfAbsent(r.partition(), p -> new CopyOnWriteArrayList<>())
                          .add(r.offset())));
    }
    int all = appended;
    until(() -> handled.values().stream().mapToInt(List::size).sum() >= all);
    for (GroupConsumer member : members) {
      assertThat(member.close(ofSeconds(20))).isTrue();
    }
    assertThat(overlaps).as("seed %s", seed).hasValue(0);
    Positions end = log.end();
    handled.forEach(
        (p, offsets) -> {
          List<Long> expected = new ArrayList<>();
          for (long o = 0; o < end.offset(p).orElseThrow(); o++) {
            expected.add(o);
          }
          assertThat(offsets).as("seed %s, partition %s", seed, p).isEqualTo(expected);
        });
    assertThat(log.lag("g").total()).isZero();
  }

  @Test
  void aGroupThatStartsAtTheEndMissesNothingAfterItsStartAlsoWhenThePartitionMoves()
      throws Exception {
    append(0, 100);
    List<String> seen = new CopyOnWriteArrayList<>();
    GroupConsumer first = group().startAt(Position.end()).start(r -> seen.add(r.body()));
    until(() -> first.assigned().size() == PARTITIONS);
    first.pause();
    append(100, 200);
    first.close();
    group().startAt(Position.end()).start(r -> seen.add(r.body()));
    until(() -> seen.size() == 100);
    assertThat(seen).doesNotHaveDuplicates().contains("v100", "v199").doesNotContain("v99");
  }

  @Test
  void aManualGroupGoesOnWhereItCommitted() throws Exception {
    append(0, 60);
    Map<Integer, Long> last = new ConcurrentHashMap<>();
    GroupConsumer first =
        group()
            .commit(CommitMode.manual())
            .start(r -> last.merge(r.partition(), r.offset() + 1, Math::max));
    until(() -> Positions.of(last).total() == 60);
    Map<Integer, Long> half = new HashMap<>();
    last.forEach((p, next) -> half.put(p, next / 2));
    first.commit(Positions.of(half)).toCompletableFuture().get();
    first.close();
    assertThat(log.committed("g")).isEqualTo(Positions.of(half));
    AtomicInteger again = new AtomicInteger();
    group().start(r -> again.incrementAndGet());
    until(() -> log.lag("g").total() == 0);
    assertThat(again).hasValue((int) (60 - Positions.of(half).total()));
  }

  @Test
  void anOutageOfTheHandlerIsRiddenOutInVirtualTime() {
    append(0, 30);
    AtomicInteger failures = new AtomicInteger();
    List<String> seen = new CopyOnWriteArrayList<>();
    group()
        .onFailure(Failure.retryForever(ofSeconds(1), ofMinutes(1)))
        .start(
            r -> {
              if (r.body().equals("v7") && failures.incrementAndGet() <= 8) {
                throw new IllegalStateException("mail server is down");
              }
              seen.add(r.body());
            });
    until(
        () -> {
          engine.clock().advance(Duration.ofSeconds(10));
          return seen.size() == 30;
        });
    assertThat(seen).doesNotHaveDuplicates();
    assertThat(failures).hasValue(9);
  }

  @Test
  void aRecordThatFailsForGoodEndsInTheDeadLetterLog() {
    append(0, 30);
    group()
        .onFailure(Failure.retryThenDeadLetter(Duration.ZERO, 3, "events.dead"))
        .start(
            r -> {
              if (r.body().equals("v13")) {
                throw new IllegalStateException("never");
              }
            });
    until(() -> log.lag("g").total() == 0);
    try (LogReader<String> reader = broker.log("events.dead").reader().as(Codec.text()).open()) {
      List<LogRecord<String>> dead = new ArrayList<>();
      reader.forEach(dead::add);
      assertThat(dead).extracting(LogRecord::body).containsExactly("v13");
      assertThat(dead.get(0).message().headers().text("mq-dead-log")).isEqualTo("events");
    }
  }

  @Test
  void recordsOfPartitionsAddedLaterReachAGroupThatStartedAtTheEnd() {
    List<String> seen = new CopyOnWriteArrayList<>();
    GroupConsumer member = group().startAt(Position.end()).start(r -> seen.add(r.body()));
    until(() -> member.assigned().size() == PARTITIONS);
    log.addPartitions(PARTITIONS * 2);
    append(0, 500);
    until(() -> seen.size() == 500);
    assertThat(seen).doesNotHaveDuplicates();
    assertThat(member.assigned()).hasSize(PARTITIONS * 2);
  }

  @Test
  void twoReadersSeeTheSameAndAFollowingOneSeesAllThatComes() throws Exception {
    append(0, 300);
    List<String> live = new CopyOnWriteArrayList<>();
    LogReader<String> follower =
        log.reader().as(Codec.text()).from(log.end()).follow().start(r -> live.add(r.body()));
    List<List<String>> reads = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      try (LogReader<String> reader = log.reader().as(Codec.text()).partitions(1).open()) {
        List<String> bodies = new ArrayList<>();
        reader.forEach(r -> bodies.add(r.offset() + r.body()));
        reads.add(bodies);
      }
    }
    assertThat(reads.get(0)).isEqualTo(reads.get(1)).isNotEmpty();
    append(300, 400);
    until(() -> live.size() == 100);
    follower.close();
    follower.terminated().toCompletableFuture().get();
  }
}
