package dev.mq.kafka.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.ErrorCode;
import dev.mq.api.LogSpec;
import dev.mq.api.MqException;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.spi.BackendLog;
import dev.mq.spi.RecordBatch;
import dev.mq.tools.brokers.LocalKafka;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Groups on a real broker. The members of a test are polled in turn by its one thread. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class KafkaGroupIT {
  private LocalKafka kafka;
  private LogClient client;

  @BeforeAll
  void start() {
    kafka = LocalKafka.builder().start();
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

  private static void pollAll(List<TestMember> members) throws InterruptedException {
    List<Integer> owned = new ArrayList<>();
    for (TestMember m : members) {
      m.poll();
      owned.addAll(m.owned);
    }
    assertThat(owned).doesNotHaveDuplicates();
  }

  @Test
  void aPartitionIsHandedOverAtItsCommittedPositionAndItsOldOwnerCannotCommit() throws Exception {
    BackendLog log = log("handover", 2);
    client.append(log, 0, "a", 500);
    client.append(log, 1, "b", 500);
    TestMember a = client.join(log, log.name());
    a.pollUntil(() -> a.next.size() == 2);
    TestMember b = client.join(log, log.name());
    while (b.next.isEmpty()) {
      pollAll(List.of(a, b));
    }
    int moved = b.owned.iterator().next();
    assertThat(a.answers).containsExactly("ok");
    assertThat(b.seen.get(0).offset()).isEqualTo(a.next.get(moved));

    assertThat(a.committed(Positions.of(moved, 3))).startsWith("FENCED");
    assertThat(client.logs.committed(log, log.name()))
        .isEqualTo(Positions.of(moved, a.next.get(moved)));
    assertThatThrownBy(() -> a.member.seek(moved, 3))
        .isInstanceOfSatisfying(
            MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FENCED));
    long next = b.next.get(moved);
    assertThat(b.committed(Positions.of(moved, next))).isEqualTo("ok");
    assertThat(client.logs.committed(log, log.name()).offset(moved)).hasValue(next);
    a.member.close();
    b.member.close();
  }

  @Test
  void membersThatComeAndGoNeverOverlapAndRepeatAndSkipNothing() throws Exception {
    int partitions = 6;
    BackendLog log = log("coming-and-going", partitions);
    List<TestMember> members = new ArrayList<>(List.of(client.join(log, log.name())));
    List<TestMember> all = new ArrayList<>(members);
    Map<Integer, List<Seen>> sent = new HashMap<>();
    for (int round = 0; round < 8; round++) {
      for (int p = 0; p < partitions; p++) {
        Appended batch = client.append(log, p, "r" + round + "-", 20);
        sent.computeIfAbsent(p, k -> new ArrayList<>()).addAll(batch.confirmed());
      }
      if (round % 4 < 2) {
        members.add(client.join(log, log.name()));
        all.add(members.get(members.size() - 1));
      } else {
        members.remove(0).member.close();
      }
      while (members.stream().mapToInt(m -> m.owned.size()).sum() < partitions
          || members.stream().anyMatch(m -> m.owned.isEmpty())) {
        pollAll(members);
      }
    }
    long total = sent.values().stream().mapToLong(List::size).sum();
    while (all.stream().mapToLong(m -> m.seen.size()).sum() < total) {
      pollAll(members);
    }
    for (int p = 0; p < partitions; p++) {
      int partition = p;
      List<Seen> seen =
          all.stream()
              .flatMap(m -> m.seen.stream())
              .filter(s -> s.partition() == partition)
              .sorted((x, y) -> Long.compare(x.offset(), y.offset()))
              .toList();
      assertThat(seen).isEqualTo(sent.get(p));
    }
    members.forEach(m -> m.member.close());
    assertThat(client.logs.committed(log, log.name())).isEqualTo(client.logs.end(log));
    assertThat(all).allMatch(m -> m.lost.isEmpty() && m.answers.stream().allMatch("ok"::equals));
  }

  @Test
  void aCommitIsAnsweredInsideAWaitingPoll() throws Exception {
    BackendLog log = log("answers", 1);
    client.append(log, 0, "m", 5);
    TestMember a = client.join(log, log.name());
    a.pollUntil(() -> a.seen.size() == 5);
    for (int i = 0; i < 20; i++) {
      AtomicBoolean answered = new AtomicBoolean();
      long start = System.nanoTime();
      a.member.commit(
          Positions.of(0, i % 5),
          e -> {
            answered.set(true);
            a.member.wakeup();
          });
      a.poll(TimeUnit.SECONDS.toNanos(30));
      assertThat(answered).isTrue();
      // Well before the poll would have been over.
      assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(20));
    }
    a.member.close();
  }

  @Test
  void aCommitUnderWayWhenAPartitionIsRevokedIsDoneBeforeTheNextOwnerStarts() throws Exception {
    BackendLog log = log("under-way", 2);
    for (int round = 0; round < 5; round++) {
      client.append(log, 0, "a", 200);
      client.append(log, 1, "b", 200);
      TestMember a = client.join(log, log.name());
      a.commitsOnRevoke = false;
      a.pollUntil(() -> a.next.size() == 2);
      Map<Integer, Long> last = new HashMap<>();
      TestMember b = client.join(log, log.name());
      while (b.next.isEmpty()) {
        a.poll();
        for (int p : a.owned) {
          Long next = a.next.get(p);
          if (next != null) {
            last.put(p, next);
            a.commit(Positions.of(p, next));
          }
        }
        b.poll();
      }
      int moved = b.owned.iterator().next();
      assertThat(b.seen.get(0)).extracting(Seen::partition).isEqualTo(moved);
      assertThat(b.seen.get(0).offset()).isEqualTo(last.get(moved));
      assertThat(a.answers).containsOnly("ok");
      a.member.close();
      b.member.close();
    }
  }

  /** Whoever is told may wait for the answers, and nothing else is polled meanwhile. */
  @Test
  void aMemberIsToldThatAPartitionIsRevokedWhenItsCommitsHaveTheirAnswers() throws Exception {
    BackendLog log = log("answered-first", 2);
    TestMember a = client.join(log, log.name());
    a.commitsOnRevoke = false;
    AtomicInteger sent = new AtomicInteger();
    List<Integer> open = new ArrayList<>();
    a.onRevoked = () -> open.add(sent.get() - a.answers.size());
    a.pollUntil(() -> a.owned.size() == 2);
    TestMember b = client.join(log, log.name());
    while (b.owned.isEmpty()) {
      for (int p : a.owned) {
        sent.incrementAndGet();
        a.commit(Positions.of(p, 0));
      }
      a.poll(0);
      b.poll(0);
    }
    sent.incrementAndGet();
    a.commit(Positions.of(a.owned.iterator().next(), 0));
    a.member.close();
    assertThat(open).containsExactly(0, 0);
    assertThat(a.answers).containsOnly("ok");
    b.member.close();
  }

  @Test
  void noCommitOfAnOwnedPartitionIsRefusedWhileOthersComeAndGo() throws Exception {
    BackendLog log = log("epochs", 6);
    for (int p = 0; p < 6; p++) {
      client.append(log, p, "m", 1000);
    }
    TestMember a = client.join(log, log.name());
    a.pollUntil(() -> a.owned.size() == 6);
    for (int round = 0; round < 6; round++) {
      TestMember b = client.join(log, log.name());
      while (b.owned.isEmpty()) {
        pollAll(List.of(a, b));
        a.owned.forEach(p -> a.commit(Positions.of(p, a.next.getOrDefault(p, 0L))));
      }
      b.member.close();
      while (a.owned.size() < 6) {
        a.poll();
        a.owned.forEach(p -> a.commit(Positions.of(p, a.next.getOrDefault(p, 0L))));
      }
    }
    int before = a.answers.size();
    a.commit(Positions.of(0, 1));
    a.pollUntil(() -> a.answers.size() > before);
    assertThat(a.answers).hasSizeGreaterThan(20).containsOnly("ok");
    a.member.close();
  }

  @Test
  void wakeupsDisturbNoCommitOfARevokedPartition() throws Exception {
    BackendLog log = log("wakeups", 4);
    for (int p = 0; p < 4; p++) {
      client.append(log, p, "m", 500);
    }
    AtomicBoolean over = new AtomicBoolean();
    TestMember a = client.join(log, log.name());
    Thread waker =
        new Thread(
            () -> {
              while (!over.get()) {
                a.member.wakeup();
                Thread.onSpinWait();
              }
            });
    waker.start();
    try {
      a.pollUntil(() -> a.next.size() == 4);
      for (int round = 0; round < 5; round++) {
        TestMember b = client.join(log, log.name());
        while (b.next.isEmpty()) {
          pollAll(List.of(a, b));
        }
        Seen first = b.seen.get(0);
        assertThat(first.offset())
            .isEqualTo(client.logs.committed(log, log.name()).offset(first.partition()).orElse(0));
        b.member.close();
        a.pollUntil(() -> a.owned.size() == 4);
      }
    } finally {
      over.set(true);
      waker.join();
    }
    a.member.close();
    assertThat(a.answers).containsOnly("ok");
  }

  @Test
  void aGroupStartsWhereItIsTold() throws Exception {
    BackendLog log = log("starts", 2);
    client.append(log, 0, "old", 10);
    client.append(log, 1, "old", 3);
    Instant between = Instant.ofEpochMilli(System.currentTimeMillis() + 1);
    TestMember latest = client.join(log, "latest", Position.end());
    TestMember offsets = client.join(log, "offsets", Position.of(Positions.of(0, 8)));
    while (System.currentTimeMillis() <= between.toEpochMilli()) {
      latest.poll();
    }
    client.append(log, 0, "new", 2);
    TestMember time = client.join(log, "time", Position.at(between));
    TestMember earliest = client.join(log, "earliest");
    latest.pollUntil(() -> latest.seen.size() == 2);
    time.pollUntil(() -> time.seen.size() == 2);
    offsets.pollUntil(() -> offsets.seen.size() == 7);
    earliest.pollUntil(() -> earliest.seen.size() == 15);
    assertThat(latest.seen).containsExactly(new Seen(0, 10, "new0"), new Seen(0, 11, "new1"));
    assertThat(time.seen).isEqualTo(latest.seen);
    assertThat(offsets.next).isEqualTo(Map.of(0, 12L, 1, 3L));
    for (TestMember m : List.of(latest, time, offsets, earliest)) {
      m.member.close();
    }
  }

  @Test
  void partitionsAddedLaterAreReadFromTheirBeginningAlsoByAGroupThatStartsAtTheEnd()
      throws Exception {
    BackendLog log = log("growing", 2);
    client.append(log, 0, "old", 5);
    client.append(log, 1, "old", 5);
    TestMember a = client.join(log, log.name(), Position.end());
    a.pollUntil(() -> a.owned.size() == 2);
    assertThat(a.committed(Positions.of(0, 5))).isEqualTo("ok");
    client.logs.addPartitions(log, 3);
    client.append(log, 2, "new", 4);
    a.pollUntil(() -> a.seen.size() == 4);
    assertThat(a.seen).allMatch(s -> s.partition() == 2).extracting(Seen::offset).contains(0L);
    a.member.close();

    client.logs.addPartitions(log, 4);
    client.append(log, 3, "newer", 4);
    TestMember b = client.join(log, log.name(), Position.end());
    b.pollUntil(() -> b.seen.size() == 4);
    assertThat(b.seen).allMatch(s -> s.partition() == 3).extracting(Seen::offset).contains(0L);
    b.member.close();
  }

  @Test
  void groupsDoNotDisturbEachOther() throws Exception {
    BackendLog log = log("two-groups", 2);
    client.append(log, 0, "m", 30);
    client.append(log, 1, "m", 30);
    TestMember one = client.join(log, "one");
    TestMember two = client.join(log, "two");
    one.pollUntil(() -> one.seen.size() == 60);
    two.pollUntil(() -> two.seen.size() == 60);
    one.member.close();
    assertThat(client.logs.committed(log, "one").total()).isEqualTo(60);
    assertThat(client.logs.committed(log, "two")).isEqualTo(Positions.none());
    two.member.close();
  }

  @Test
  void aGroupIsResetOnlyWhenItIsEmpty() throws Exception {
    BackendLog log = log("reset", 2);
    client.append(log, 0, "m", 20);
    client.append(log, 1, "m", 20);
    client.logs.reset(log, log.name(), Positions.of(0, 15));
    assertThat(client.logs.committed(log, log.name())).isEqualTo(Positions.of(0, 15));
    TestMember a = client.join(log, log.name());
    a.pollUntil(() -> a.seen.size() == 25);
    assertThatThrownBy(() -> client.logs.reset(log, log.name(), Positions.of(0, 1)))
        .isInstanceOfSatisfying(
            MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OWNED_BY_OTHER));
    a.member.close();
    assertThat(client.logs.committed(log, log.name()))
        .isEqualTo(Positions.of(Map.of(0, 20L, 1, 20L)));
    client.logs.reset(log, log.name(), Positions.of(0, 18));
    TestMember b = client.join(log, log.name());
    b.pollUntil(() -> b.seen.size() == 2);
    assertThat(b.seen.get(0)).isEqualTo(new Seen(0, 18, "m18"));
    b.member.close();
    assertThat(client.logs.committed(log, "none")).isEqualTo(Positions.none());
  }

  @Test
  void aMemberThatIsSilentForTooLongLosesItsPartitionsAndCannotCommitThem() throws Exception {
    BackendLog log = log("silent", 1);
    client.append(log, 0, "m", 20);
    TestMember a = client.joinWithShortSilence(log, log.name());
    a.pollUntil(() -> a.seen.size() >= 10);
    TestMember b = client.join(log, log.name());
    b.pollUntil(() -> b.seen.size() == 20);
    assertThat(b.committed(Positions.of(0, 20))).isEqualTo("ok");

    a.answers.clear();
    a.commit(Positions.of(0, 5));
    a.pollUntil(() -> !a.answers.isEmpty() && !a.lost.isEmpty());
    assertThat(a.answers).first().asString().startsWith("FENCED");
    assertThat(a.lost).containsExactly(0);
    assertThat(a.committed(Positions.of(0, 5))).startsWith("FENCED");
    assertThat(client.logs.committed(log, log.name())).isEqualTo(Positions.of(0, 20));
    b.member.close();
    a.pollUntil(() -> !a.owned.isEmpty());
    a.member.close();
  }

  @Test
  void aSeekInsideAssignedWinsOverTheCommit() throws Exception {
    BackendLog log = log("seeking", 1);
    client.append(log, 0, "m", 20);
    client.logs.reset(log, log.name(), Positions.of(0, 5));
    TestMember a = client.join(log, log.name());
    a.onAssigned = () -> a.member.seek(0, 17);
    a.pollUntil(() -> a.seen.size() == 3);
    assertThat(a.seen.get(0)).isEqualTo(new Seen(0, 17, "m17"));
    a.member.close();
  }

  @Test
  void aDeletedLogEndsItsMembersAndItsCommits() throws Exception {
    for (int i = 0; i < 5; i++) {
      BackendLog log = log("deleted-group", 2);
      client.append(log, 0, "m", 10);
      TestMember a = client.join(log, log.name());
      a.pollUntil(() -> a.seen.size() == 10);
      assertThat(a.committed(Positions.of(0, 10))).isEqualTo("ok");
      client.logs.delete("deleted-group");
      assertThatThrownBy(() -> a.member.poll(new RecordBatch(TestMember.ROOM), 0))
          .isInstanceOfSatisfying(
              MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
      a.commitsOnRevoke = false;
      a.member.close();
      BackendLog again = log("deleted-group", 2);
      client.append(again, 0, "n", 3);
      assertThat(client.logs.committed(again, again.name())).isEqualTo(Positions.none());
      client.logs.delete("deleted-group");
    }
  }
}
