package dev.mq.core.log;

import static dev.mq.core.log.LogRig.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.ClosedException;
import dev.mq.api.CommitMode;
import dev.mq.api.ErrorCode;
import dev.mq.api.GroupConsumer;
import dev.mq.api.MqException;
import dev.mq.api.Positions;
import dev.mq.api.SettleResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class GroupCloseTest {
  private final LogRig rig = new LogRig(2);
  private final List<String> seen = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    rig.logs.members.forEach(FakeMember::heal);
    rig.close();
  }

  private void append(int partition, int count) {
    for (int i = 0; i < count; i++) {
      rig.logs.append(partition, "v" + i);
    }
  }

  private void assign(int... partitions) throws Exception {
    rig.logs.member().assign(partitions).get(20, TimeUnit.SECONDS);
  }

  @Test
  void waitsForTheRunningHandlerCommitsItAndStartsNoOther() throws Exception {
    append(0, 5);
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    GroupConsumer consumer =
        rig.group()
            .start(
                r -> {
                  started.countDown();
                  go.await();
                  seen.add(LogRig.show(r));
                });
    assign(0);
    started.await();
    CompletableFuture<Boolean> closed =
        CompletableFuture.supplyAsync(() -> consumer.close(Duration.ofSeconds(20)));
    until(() -> isClosing(consumer));
    go.countDown();
    assertThat(closed.get(20, TimeUnit.SECONDS)).isTrue();
    assertThat(seen).hasSize(1);
    assertThat(rig.logs.committed()).isEqualTo(Map.of(0, 1L));
    assertThat(consumer.assigned()).isEmpty();
  }

  private static boolean isClosing(GroupConsumer consumer) {
    try {
      consumer.pause();
      return false;
    } catch (ClosedException e) {
      return true;
    }
  }

  @Test
  void returnsAtItsTimeoutWhenAHandlerHangsAndDoesNotCountThatHandler() throws Exception {
    append(0, 5);
    CountDownLatch started = new CountDownLatch(2);
    CountDownLatch go = new CountDownLatch(1);
    GroupConsumer consumer =
        rig.group()
            .start(
                r -> {
                  seen.add(LogRig.show(r));
                  started.countDown();
                  if (r.offset() == 1) {
                    go.await();
                  }
                });
    assign(0);
    started.await();
    assertThat(consumer.close(Duration.ofMillis(50))).isFalse();
    until(() -> rig.logs.member().closes.get() == 1);
    assertThat(rig.logs.committed()).isEqualTo(Map.of(0, 1L));
    go.countDown();
    consumer.terminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
    assertThat(seen).hasSize(2);
    assertThat(rig.logs.committed()).isEqualTo(Map.of(0, 1L));
  }

  @Test
  void isBoundedWhenTheBackendHangs() throws Exception {
    GroupConsumer consumer = rig.group().start(r -> seen.add(LogRig.show(r)));
    assign(0);
    FakeMember member = rig.logs.member();
    member.hangs = true;
    member.wakeup();
    assertThat(consumer.close(Duration.ofMillis(50))).isTrue();
    consumer.terminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
    append(0, 3);
    member.heal();
    until(() -> member.closes.get() == 1);
    assertThat(seen).isEmpty();
    assertThat(rig.kernel.children()).isEmpty();
  }

  @Test
  void isBoundedWhenTheLastCommitGetsNoAnswer() throws Exception {
    append(0, 1);
    GroupConsumer consumer = rig.group().start(r -> seen.add(LogRig.show(r)));
    FakeMember member = rig.logs.member();
    member.answer = FakeMember.Answer.HELD;
    assign(0);
    until(() -> member.commits.size() == 1);
    assertThat(consumer.close(Duration.ofMillis(20))).isTrue();
    consumer.terminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aFlushThatTheEndOvertookIsNotSettledForACommitWithoutAnAnswer(boolean sent)
      throws Exception {
    append(0, 1);
    CommitMode mode = sent ? CommitMode.afterBatch() : CommitMode.every(Duration.ofHours(1));
    GroupConsumer consumer = rig.group().commit(mode).start(r -> seen.add(LogRig.show(r)));
    FakeMember member = rig.logs.member();
    member.answer = FakeMember.Answer.HELD;
    assign(0);
    until(() -> seen.size() == 1 && (!sent || member.commits.size() == 1));
    member.hangs = true;
    member.wakeup();
    until(() -> member.hanging);
    var flush = consumer.flush().toCompletableFuture();
    consumer.close(Duration.ofMillis(50));
    assertThat(flush.get(20, TimeUnit.SECONDS)).isEqualTo(SettleResult.UNKNOWN);
  }

  @Test
  void worksFromInsideAHandlerAndThatRecordCounts() throws Exception {
    append(0, 5);
    append(1, 5);
    GroupConsumer[] self = new GroupConsumer[1];
    CountDownLatch ready = new CountDownLatch(1);
    AtomicBoolean result = new AtomicBoolean();
    self[0] =
        rig.group()
            .concurrency(1)
            .start(
                r -> {
                  ready.await();
                  seen.add(LogRig.show(r));
                  if (seen.size() == 3) {
                    result.set(self[0].close(Duration.ofSeconds(10)));
                    self[0].close();
                  }
                });
    assign(0, 1);
    ready.countDown();
    self[0].terminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
    assertThat(result).isTrue();
    assertThat(seen).hasSize(3);
    assertThat(rig.logs.committed()).isEqualTo(Map.of(0, 3L));
  }

  @Test
  void worksFromInsideEveryCallback() throws Exception {
    append(0, 1);
    GroupConsumer[] self = new GroupConsumer[1];
    CountDownLatch made = new CountDownLatch(1);
    List<String> calls = new CopyOnWriteArrayList<>();
    self[0] =
        rig.group()
            .onAssigned(
                (p, seek) -> {
                  await(made);
                  calls.add("assigned");
                  self[0].close();
                })
            .onRevoked(
                p -> {
                  calls.add("revoked");
                  self[0].close();
                })
            .start(r -> seen.add(LogRig.show(r)));
    made.countDown();
    var unused = rig.logs.member().assign(0);
    self[0].terminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
    assertThat(calls).containsExactly("assigned", "revoked");
    assertThat(seen).isEmpty();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void manyClosersAtOnceCloseOnce() throws Exception {
    append(0, 100);
    GroupConsumer consumer = rig.group().start(r -> seen.add(LogRig.show(r)));
    assign(0);
    List<CompletableFuture<Boolean>> closers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      closers.add(CompletableFuture.supplyAsync(() -> consumer.close(Duration.ofSeconds(10))));
    }
    for (CompletableFuture<Boolean> c : closers) {
      assertThat(c.get(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(rig.logs.member().closes).hasValue(1);
    int handled = seen.size();
    assertThat(rig.logs.committed().getOrDefault(0, 0L)).isEqualTo(handled);
  }

  @Test
  void nothingWorksAfterwards() throws Exception {
    GroupConsumer consumer = rig.group().start(r -> {});
    consumer.close();
    assertThatThrownBy(consumer::pause).isInstanceOf(ClosedException.class);
    assertThatThrownBy(consumer::resume).isInstanceOf(ClosedException.class);
    for (var stage : List.of(consumer.commit(Positions.of(0, 1)), consumer.flush())) {
      assertThatThrownBy(() -> stage.toCompletableFuture().get())
          .isInstanceOf(ExecutionException.class)
          .satisfies(e -> assertThat(MqException.of(e).code()).isEqualTo(ErrorCode.CLOSED));
    }
  }

  @Test
  void anInterruptedCloserReturnsAtOnceWithItsStatusKept() throws Exception {
    append(0, 1);
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    GroupConsumer consumer =
        rig.group()
            .start(
                r -> {
                  started.countDown();
                  go.await();
                });
    assign(0);
    started.await();
    Thread.currentThread().interrupt();
    assertThat(consumer.close(Duration.ofSeconds(30))).isFalse();
    assertThat(Thread.interrupted()).isTrue();
    go.countDown();
  }

  @Test
  void racesOfCloseWithEverythingLeaveNoHandlerRunningAndCommitOnlyWhatWasHandled()
      throws Exception {
    for (int round = 0; round < 100; round++) {
      try (LogRig own = new LogRig(3)) {
        AtomicInteger handled = new AtomicInteger();
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger late = new AtomicInteger();
        for (int i = 0; i < 300; i++) {
          own.logs.append(i % 3, "v");
        }
        GroupConsumer consumer =
            own.group()
                .batchSize(1 + round % 9)
                .concurrency(1 + round % 4)
                .start(
                    r -> {
                      if (over.get()) {
                        late.incrementAndGet();
                      }
                      handled.incrementAndGet();
                    });
        FakeMember member = own.logs.member();
        var unused = member.assign(0, 1);
        int stopAt = round * 3 % 150;
        until(() -> handled.get() >= stopAt);
        unused = member.revoke(0);
        unused = member.assign(2);
        assertThat(consumer.close(Duration.ofSeconds(10))).isTrue();
        over.set(true);
        long committed = own.logs.committed().values().stream().mapToLong(n -> n).sum();
        assertThat(committed).as("round %s", round).isEqualTo(handled.get());
        assertThat(late).hasValue(0);
      }
    }
  }
}
