package dev.mq.core.log;

import static dev.mq.core.log.LogRig.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.BrokerEvent;
import dev.mq.api.CommitMode;
import dev.mq.api.ErrorCode;
import dev.mq.api.GroupConsumer;
import dev.mq.api.LogRecord;
import dev.mq.api.MqException;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.api.SettleResult;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GroupCommitTest {
  private final LogRig rig = new LogRig(4);
  private final List<String> seen = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    rig.close();
  }

  private void see(LogRecord<String> r) {
    seen.add(LogRig.show(r));
  }

  private void append(int partition, int count) {
    for (int i = 0; i < count; i++) {
      rig.logs.append(partition, "v" + i);
    }
  }

  private static <T> T get(java.util.concurrent.CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private static ErrorCode failure(java.util.concurrent.CompletionStage<?> stage) throws Exception {
    try {
      get(stage);
      throw new AssertionError("completed normally");
    } catch (ExecutionException e) {
      return MqException.of(e).code();
    }
  }

  @Test
  void commitsInsideOnRevokedAndWaitsForTheAnswerThere() throws Exception {
    append(0, 3);
    List<String> outcome = new CopyOnWriteArrayList<>();
    GroupConsumer[] self = new GroupConsumer[1];
    self[0] =
        rig.group()
            .commit(CommitMode.manual())
            .onRevoked(
                partitions -> {
                  self[0].commit(Positions.of(0, 2)).toCompletableFuture().join();
                  outcome.add("committed");
                })
            .start(this::see);
    FakeMember member = rig.logs.member();
    get(member.assign(0));
    until(() -> seen.size() == 3);
    get(member.revoke(0));
    assertThat(outcome).containsExactly("committed");
    assertThat(member.commits).containsExactly(Map.of(0, 2L));
    assertThat(failure(self[0].commit(Positions.of(0, 3)))).isEqualTo(ErrorCode.FENCED);
  }

  @Test
  void aHandlerThatWaitsForItsCommitDuringARevokeIsServed() throws Exception {
    append(0, 3);
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    GroupConsumer[] self = new GroupConsumer[1];
    self[0] =
        rig.group()
            .start(
                r -> {
                  started.countDown();
                  go.await();
                  self[0].commit(Positions.of(0, 1)).toCompletableFuture().join();
                  see(r);
                });
    FakeMember member = rig.logs.member();
    get(member.assign(0));
    started.await();
    CompletableFuture<Void> revoke = member.revoke(0);
    until(member::revokeWaits);
    go.countDown();
    get(revoke);
    assertThat(seen).hasSize(1);
    assertThat(rig.logs.committed()).containsEntry(0, 1L);
  }

  @Test
  void commitsNothingByItselfInManualMode() throws Exception {
    append(0, 3);
    GroupConsumer consumer = rig.group().commit(CommitMode.manual()).start(this::see);
    get(rig.logs.member().assign(0));
    until(() -> seen.size() == 3);
    get(consumer.commit(Positions.none()));
    assertThat(get(consumer.flush())).isEqualTo(SettleResult.SETTLED);
    get(consumer.commit(Positions.of(0, 3)));
    get(consumer.commit(Positions.of(0, 1)));
    consumer.close();
    assertThat(rig.logs.member().commits).containsExactly(Map.of(0, 3L), Map.of(0, 1L));
  }

  @Test
  void commitsOncePerIntervalAndTheRestAtClose() throws Exception {
    append(0, 3);
    AtomicInteger workers = new AtomicInteger();
    GroupConsumer consumer =
        rig.group()
            .commit(CommitMode.every(Duration.ofSeconds(5)))
            .executor(
                worker -> {
                  workers.incrementAndGet();
                  rig.threads
                      .handlers()
                      .execute(
                          () -> {
                            worker.run();
                            workers.decrementAndGet();
                          });
                })
            .start(this::see);
    FakeMember member = rig.logs.member();
    get(member.assign(0));
    // A record counts when its handler has returned, which it does after it was seen.
    until(() -> seen.size() == 3 && workers.get() == 0 && rig.time.timers() == 1);
    assertThat(member.commits).isEmpty();
    rig.time.advance(Duration.ofSeconds(5));
    until(() -> member.commits.equals(List.of(Map.of(0, 3L))));
    append(0, 2);
    until(() -> seen.size() == 5);
    consumer.close();
    assertThat(member.commits).containsExactly(Map.of(0, 3L), Map.of(0, 5L));
  }

  @Test
  void aCommitByItselfNeverGoesBehindOneOfTheProgramUnlessThatWentBack() throws Exception {
    append(0, 2);
    GroupConsumer consumer =
        rig.group().commit(CommitMode.every(Duration.ofSeconds(5))).start(this::see);
    FakeMember member = rig.logs.member();
    get(member.assign(0));
    until(() -> seen.size() == 2 && rig.time.timers() == 1);
    get(consumer.commit(Positions.of(0, 7)));
    rig.time.advance(Duration.ofSeconds(5));
    append(0, 2);
    until(() -> seen.size() == 4);
    consumer.close();
    assertThat(member.commits).containsExactly(Map.of(0, 7L));
  }

  @Test
  void tellsOnceThatCommitsFailAndSendsThePositionAsItIsThen() throws Exception {
    append(0, 2);
    rig.group().start(this::see);
    FakeMember member = rig.logs.member();
    member.answer = FakeMember.Answer.FAILED;
    get(member.assign(0));
    until(() -> rig.count(BrokerEvent.Type.COMMIT_FAILED) == 1);
    append(0, 2);
    until(() -> member.commits.size() >= 2);
    member.answer = FakeMember.Answer.NOW;
    until(
        () -> {
          rig.time.advance(Duration.ofSeconds(20));
          return Map.of(0, 4L).equals(rig.logs.committed());
        });
    assertThat(rig.count(BrokerEvent.Type.COMMIT_FAILED)).isEqualTo(1);
    assertThat(member.commits).endsWith(Map.of(0, 4L));
  }

  @Test
  void flushWaitsForTheAnswersAndReportsTheWorst() throws Exception {
    append(0, 1);
    GroupConsumer consumer = rig.group().commit(CommitMode.manual()).start(this::see);
    FakeMember member = rig.logs.member();
    get(member.assign(0, 1));
    until(() -> seen.size() == 1);
    member.answer = FakeMember.Answer.HELD;
    var one = consumer.commit(Positions.of(0, 1)).toCompletableFuture();
    var flush = consumer.flush().toCompletableFuture();
    Runnable answer = member.held.take();
    assertThat(flush).isNotDone();
    answer.run();
    assertThat(get(flush)).isEqualTo(SettleResult.SETTLED);
    get(one);
    member.answer = FakeMember.Answer.FAILED;
    consumer.commit(Positions.of(0, 1));
    assertThat(get(consumer.flush())).isIn(SettleResult.UNKNOWN, SettleResult.SETTLED);
    member.answer = FakeMember.Answer.HELD;
    var open = consumer.commit(Positions.of(1, 0));
    var worst = consumer.flush();
    member.held.take();
    consumer.close(Duration.ofSeconds(20));
    assertThat(get(worst)).isEqualTo(SettleResult.UNKNOWN);
    assertThat(failure(open)).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
  }

  @Test
  void startsAtTheEndAsItIsNowAndPinsItAtTheFirstAssignment() throws Exception {
    append(0, 5);
    rig.group().startAt(Position.end()).start(this::see);
    append(0, 2);
    assertThat(rig.logs.joinedAt)
        .isEqualTo(Position.of(Positions.of(Map.of(0, 5L, 1, 0L, 2, 0L, 3, 0L))));
    get(rig.logs.member().assign(0));
    assertThat(rig.logs.member().commits.get(0)).isEqualTo(Map.of(0, 5L));
    until(() -> seen.size() == 2);
    assertThat(seen).containsExactly("0/5=v0", "0/6=v1");
  }
}
