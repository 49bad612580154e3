package dev.mq.core.log;

import static dev.mq.core.log.LogRig.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.BrokerEvent;
import dev.mq.api.Codec;
import dev.mq.api.ErrorCode;
import dev.mq.api.GroupConsumer;
import dev.mq.api.LogRecord;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.Positions;
import dev.mq.api.SettleResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GroupConsumerTest {
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
  void handlesEveryRecordInOrderAndCommitsBehindTheLast() throws Exception {
    append(0, 3);
    rig.logs.gap(0, 5);
    append(0, 1);
    GroupConsumer consumer = rig.group().start(this::see);
    get(rig.logs.member().assign(0));
    until(() -> Map.of(0, 9L).equals(rig.logs.committed()));
    assertThat(seen).containsExactly("0/0=v0", "0/1=v1", "0/2=v2", "0/8=v0");
    assertThat(consumer.assigned()).containsExactly(0);
    assertThat(consumer.close(Duration.ofSeconds(5))).isTrue();
    get(consumer.terminated());
    assertThat(rig.logs.member().closes).hasValue(1);
    assertThat(rig.kernel.children()).isEmpty();
  }

  @Test
  void refusesALogThatDoesNotExistAndLeavesNothingBehind() {
    assertThatThrownBy(() -> LogConsumers.group(rig.kernel, "nothing", "g").start(r -> {}))
        .isInstanceOf(NotFoundException.class);
    assertThat(rig.kernel.children()).isEmpty();
  }

  @Test
  void keepsANullBodyNull() throws Exception {
    rig.logs.append(0, Message.builder().noBody().build());
    rig.logs.append(0, "");
    List<Object> bodies = new ArrayList<>();
    rig.group()
        .start(
            r -> {
              bodies.add(r.body());
              see(r);
            });
    get(rig.logs.member().assign(0));
    until(() -> seen.size() == 2);
    assertThat(bodies).containsExactly(null, "");
  }

  @Test
  void runsOneHandlerPerPartitionAndNoMoreThanItsConcurrency() throws Exception {
    for (int p = 0; p < 4; p++) {
      append(p, 200);
    }
    AtomicInteger[] inside = new AtomicInteger[4];
    java.util.Arrays.setAll(inside, i -> new AtomicInteger());
    AtomicInteger all = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger overlaps = new AtomicInteger();
    rig.group()
        .concurrency(2)
        .batchSize(7)
        .start(
            r -> {
              if (inside[r.partition()].incrementAndGet() > 1) {
                overlaps.incrementAndGet();
              }
              most.accumulateAndGet(all.incrementAndGet(), Math::max);
              Thread.onSpinWait();
              see(r);
              all.decrementAndGet();
              inside[r.partition()].decrementAndGet();
            });
    get(rig.logs.member().assign(0, 1, 2, 3));
    until(() -> seen.size() == 800);
    assertThat(overlaps).hasValue(0);
    assertThat(most.get()).isBetween(1, 2);
    until(() -> Map.of(0, 200L, 1, 200L, 2, 200L, 3, 200L).equals(rig.logs.committed()));
  }

  @Test
  void aBusyPartitionHoldsNoMoreThanABatchAndOthersGoOn() throws Exception {
    append(0, 100);
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch started = new CountDownLatch(1);
    rig.group()
        .batchSize(10)
        .start(
            r -> {
              if (r.partition() == 0) {
                started.countDown();
                go.await();
              }
              see(r);
            });
    FakeMember member = rig.logs.member();
    get(member.assign(0, 1));
    started.await();
    append(1, 50);
    until(() -> seen.size() == 50);
    synchronized (rig.logs) {
      assertThat(member.next.get(0)).isLessThanOrEqualTo(10);
    }
    go.countDown();
    until(() -> seen.size() == 150);
  }

  @Test
  void batchesHoldOnePartitionInOrderAndAtMostTheBatchSize() throws Exception {
    append(0, 100);
    append(1, 100);
    List<String> problems = new CopyOnWriteArrayList<>();
    rig.group()
        .batchSize(8)
        .startBatch(
            records -> {
              if (records.size() > 8
                  || records.stream().map(LogRecord::partition).distinct().count() != 1) {
                problems.add(records.toString());
              }
              records.forEach(this::see);
            });
    get(rig.logs.member().assign(0, 1));
    until(() -> seen.size() == 200);
    assertThat(problems).isEmpty();
    assertThat(
            seen.stream().filter(s -> s.startsWith("1/")).map(s -> s.substring(0, s.indexOf('='))))
        .containsExactlyElementsOf(
            java.util.stream.IntStream.range(0, 100).mapToObj(i -> "1/" + i).toList());
  }

  @Test
  void aSlowHandlerDelaysTheRevokeAndNothingReachesItAfterwards() throws Exception {
    append(0, 10);
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch third = new CountDownLatch(3);
    List<Set<Integer>> revoked = new CopyOnWriteArrayList<>();
    rig.group()
        .onRevoked(revoked::add)
        .start(
            r -> {
              see(r);
              third.countDown();
              if (r.offset() == 2) {
                go.await();
              }
            });
    FakeMember member = rig.logs.member();
    get(member.assign(0));
    third.await();
    CompletableFuture<Void> revoke = member.revoke(0);
    until(member::revokeWaits);
    assertThatThrownBy(() -> revoke.get(100, TimeUnit.MILLISECONDS))
        .isInstanceOf(java.util.concurrent.TimeoutException.class);
    go.countDown();
    get(revoke);
    assertThat(seen).hasSize(3);
    assertThat(rig.logs.committed()).containsEntry(0, 3L);
    assertThat(revoked).containsExactly(Set.of(0));
    get(member.assign(0));
    until(() -> seen.size() == 10);
    assertThat(seen).doesNotHaveDuplicates();
  }

  @Test
  void aHandlerThatOutlastsTheRevokeDoesNotCount() throws Exception {
    append(0, 5);
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch started = new CountDownLatch(1);
    rig.group()
        .closeTimeout(Duration.ofMillis(50))
        .start(
            r -> {
              see(r);
              started.countDown();
              go.await();
            });
    FakeMember member = rig.logs.member();
    get(member.assign(0));
    started.await();
    get(member.revoke(0));
    get(member.assign(0));
    go.countDown();
    until(() -> seen.size() == 6);
    assertThat(seen.subList(0, 2)).containsExactly("0/0=v0", "0/0=v0");
    until(() -> rig.logs.committed().equals(Map.of(0, 5L)));
  }

  @Test
  void aLostPartitionNeitherCountsNorCommitsAndComesBackOnlyAfterItsOldHandlerEnded()
      throws Exception {
    append(0, 5);
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch started = new CountDownLatch(1);
    List<Set<Integer>> lost = new CopyOnWriteArrayList<>();
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger overlaps = new AtomicInteger();
    GroupConsumer consumer =
        rig.group()
            .onLost(lost::add)
            .start(
                r -> {
                  see(r);
                  if (r.partition() == 0) {
                    overlaps.addAndGet(inside.getAndIncrement());
                    started.countDown();
                    go.await();
                    inside.decrementAndGet();
                  }
                });
    FakeMember member = rig.logs.member();
    get(member.assign(0, 1));
    started.await();
    get(member.lose(0));
    assertThat(lost).containsExactly(Set.of(0));
    assertThat(consumer.assigned()).containsExactly(1);
    assertThat(failure(consumer.commit(Positions.of(0, 1)))).isEqualTo(ErrorCode.FENCED);
    get(member.assign(0));
    append(1, 1);
    until(() -> seen.size() == 2); // the other partition went on
    until(() -> rig.logs.committed().equals(Map.of(1, 1L)));
    go.countDown();
    until(() -> rig.logs.committed().equals(Map.of(0, 5L, 1, 1L)));
    assertThat(overlaps).hasValue(0);
    assertThat(seen).hasSize(7);
  }

  @Test
  void seeksBeforeTheFirstRecordAndNowhereElse() throws Exception {
    append(0, 10);
    append(1, 2);
    List<MqException> refused = new CopyOnWriteArrayList<>();
    dev.mq.api.Seek[] kept = new dev.mq.api.Seek[1];
    rig.group()
        .onAssigned(
            (partitions, seek) -> {
              kept[0] = seek;
              seek.to(0, 7);
              try {
                seek.to(3, 0);
              } catch (MqException e) {
                refused.add(e);
              }
            })
        .start(this::see);
    get(rig.logs.member().assign(0, 1));
    until(() -> seen.size() == 5);
    assertThat(seen).contains("0/7=v7", "0/8=v8", "0/9=v9", "1/0=v0", "1/1=v1");
    assertThat(refused).extracting(MqException::code).containsExactly(ErrorCode.INVALID_ARGUMENT);
    assertThatThrownBy(() -> kept[0].to(0, 1)).isInstanceOf(MqException.class);
  }

  @Test
  void endsWhenTheProgramCannotSayWhereToGoOn() throws Exception {
    append(0, 1);
    GroupConsumer consumer =
        rig.group()
            .onAssigned(
                (partitions, seek) -> {
                  throw new IllegalStateException("database is down");
                })
            .start(this::see);
    rig.logs.member().assign(0);
    assertThat(failure(consumer.terminated())).isEqualTo(ErrorCode.HANDLER_FAILED);
    assertThat(seen).isEmpty();
    until(
        () ->
            rig.count(BrokerEvent.Type.CALLBACK_FAILED) == 1
                && rig.count(BrokerEvent.Type.CONSUMER_ENDED) == 1);
  }

  @Test
  void pauseStopsAfterTheRunningHandlerAndResumeGoesOn() throws Exception {
    append(0, 10);
    CountDownLatch second = new CountDownLatch(2);
    CountDownLatch go = new CountDownLatch(1);
    GroupConsumer consumer =
        rig.group()
            .start(
                r -> {
                  see(r);
                  second.countDown();
                  if (r.offset() == 1) {
                    go.await();
                  }
                });
    get(rig.logs.member().assign(0));
    second.await();
    consumer.pause();
    consumer.pause();
    assertThat(consumer.isPaused()).isTrue();
    go.countDown();
    assertThat(get(consumer.flush())).isEqualTo(SettleResult.SETTLED);
    get(rig.logs.member().assign(1));
    append(1, 1);
    int polls = rig.logs.member().polls.get();
    until(() -> rig.logs.member().polls.get() > polls + 1);
    assertThat(seen).hasSize(2);
    consumer.resume();
    until(() -> seen.size() == 11);
    assertThat(consumer.isPaused()).isFalse();
  }

  @Test
  void handlerMayPauseItsOwnConsumer() throws Exception {
    append(0, 5);
    GroupConsumer[] self = new GroupConsumer[1];
    self[0] =
        rig.group()
            .start(
                r -> {
                  see(r);
                  if (r.offset() == 1) {
                    self[0].pause();
                  }
                });
    get(rig.logs.member().assign(0));
    until(() -> seen.size() == 2 && Map.of(0, 2L).equals(rig.logs.committed()));
    self[0].resume();
    until(() -> seen.size() == 5);
  }

  @Test
  void configurationWinsOverTheProgram() throws Exception {
    rig.consumerKeys.put("g.concurrency", "1");
    rig.consumerKeys.put("g.batch-size", "3");
    append(0, 20);
    append(1, 20);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<Integer> sizes = new CopyOnWriteArrayList<>();
    rig.group()
        .concurrency(8)
        .batchSize(100)
        .startBatch(
            records -> {
              most.accumulateAndGet(inside.incrementAndGet(), Math::max);
              sizes.add(records.size());
              records.forEach(this::see);
              inside.decrementAndGet();
            });
    get(rig.logs.member().assign(0, 1));
    until(() -> seen.size() == 40);
    assertThat(most).hasValue(1);
    assertThat(sizes).allMatch(n -> n <= 3);
  }

  @Test
  void oneThreadOfTheProgramIsEnough() throws Exception {
    ExecutorService one = Executors.newSingleThreadExecutor();
    try {
      for (int p = 0; p < 4; p++) {
        append(p, 50);
      }
      GroupConsumer consumer = rig.group().executor(one).batchSize(1).start(this::see);
      get(rig.logs.member().assign(0, 1, 2, 3));
      until(() -> seen.size() == 200);
      assertThat(consumer.close(Duration.ofSeconds(5))).isTrue();
      assertThat(one.isShutdown()).isFalse();
    } finally {
      one.shutdownNow();
    }
  }

  @Test
  void anExecutorThatRunsInPlaceWorksAndOneThatRefusesEndsTheConsumer() throws Exception {
    append(0, 100);
    GroupConsumer inPlace = rig.group().executor(Runnable::run).batchSize(3).start(this::see);
    get(rig.logs.member().assign(0));
    until(() -> seen.size() == 100);
    inPlace.close();
    ExecutorService over = Executors.newSingleThreadExecutor();
    over.shutdown();
    GroupConsumer refused = rig.group().executor(over).start(this::see);
    append(1, 1);
    rig.logs.member().assign(1);
    assertThat(failure(refused.terminated())).isEqualTo(ErrorCode.CLOSED);
  }

  @Test
  void pollsAgainAfterARetryableErrorAndEndsAfterADefiniteOne() throws Exception {
    GroupConsumer consumer = rig.group().start(this::see);
    FakeMember member = rig.logs.member();
    get(member.assign(0));
    member.failNext.set(new IllegalStateException("connection lost"));
    member.wakeup();
    until(() -> rig.time.timers() == 1);
    append(0, 1);
    rig.time.advance(Duration.ofSeconds(10));
    until(() -> seen.size() == 1);
    member.failNext.set(new IllegalArgumentException("no permission"));
    member.wakeup();
    assertThat(failure(consumer.terminated())).isEqualTo(ErrorCode.BACKEND_FAILURE);
    until(() -> member.closes.get() == 1);
  }

  @Test
  void codecsOfOtherTypesAreUsed() throws Exception {
    rig.logs.append(0, "x");
    List<byte[]> bodies = new CopyOnWriteArrayList<>();
    rig.group().as(Codec.bytes()).start(r -> bodies.add(r.body()));
    get(rig.logs.member().assign(0));
    until(() -> bodies.size() == 1);
    assertThat(bodies.get(0)).containsExactly('x');
  }
}
