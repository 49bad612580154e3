package dev.mq.core.log;

import static dev.mq.core.log.LogRig.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.BrokerEvent;
import dev.mq.api.ErrorCode;
import dev.mq.api.Failure;
import dev.mq.api.GroupConsumer;
import dev.mq.api.LogRecord;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.OutcomeUnknownException;
import dev.mq.core.runtime.WireHeaders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GroupFailureTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final LogRig rig = new LogRig(2);
  private final List<String> seen = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    rig.close();
  }

  private void failAt(LogRecord<String> r, long offset) {
    seen.add(LogRig.show(r));
    if (r.partition() == 0 && r.offset() == offset) {
      throw new IllegalStateException("secret");
    }
  }

  private void append(int partition, int count) {
    for (int i = 0; i < count; i++) {
      rig.logs.append(partition, "v" + i);
    }
  }

  private void assign(int... partitions) throws Exception {
    rig.logs.member().assign(partitions).get(20, TimeUnit.SECONDS);
  }

  private static MqException failure(GroupConsumer consumer) {
    List<MqException> failure = new CopyOnWriteArrayList<>();
    consumer.terminated().whenComplete((v, e) -> failure.add(MqException.of(e)));
    until(() -> !failure.isEmpty());
    return failure.get(0);
  }

  @Test
  void retriesInPlaceWithBackoffWhileOtherPartitionsGoOnAndTellsOnceAtTheTenthFailure()
      throws Exception {
    append(0, 3);
    rig.group()
        .onFailure(Failure.retryForever(Duration.ofSeconds(4), Duration.ofSeconds(4)))
        .start(r -> failAt(r, 1));
    assign(0, 1);
    until(() -> rig.time.timers() == 1);
    append(1, 2);
    until(() -> rig.logs.committed().equals(Map.of(0, 1L, 1, 2L)));
    rig.time.advance(Duration.ofMillis(3999));
    assertThat(seen.stream().filter("0/1=v1"::equals)).hasSize(1);
    for (int failures = 2; failures <= 12; failures++) {
      int expected = failures;
      rig.time.advance(Duration.ofSeconds(4));
      until(
          () ->
              seen.stream().filter("0/1=v1"::equals).count() == expected && rig.time.timers() == 1);
      assertThat(rig.count(BrokerEvent.Type.KEEPS_FAILING))
          .isLessThanOrEqualTo(failures < 10 ? 0 : 1);
    }
    until(() -> rig.count(BrokerEvent.Type.KEEPS_FAILING) == 1);
    assertThat(rig.events).noneMatch(e -> e.text().contains("secret"));
    assertThat(seen).doesNotContain("0/2=v2");
    assertThat(rig.logs.committed()).containsEntry(0, 1L);
  }

  @Test
  void skipsAfterTheLastAttemptAndGoesOnBehind() throws Exception {
    append(0, 3);
    rig.group().onFailure(Failure.retryThenSkip(Duration.ZERO, 3)).start(r -> failAt(r, 1));
    assign(0);
    until(() -> rig.logs.committed().equals(Map.of(0, 3L)));
    assertThat(seen).containsExactly("0/0=v0", "0/1=v1", "0/1=v1", "0/1=v1", "0/2=v2");
    until(() -> rig.count(BrokerEvent.Type.DROPPED) == 1);
  }

  @Test
  void deadLettersWithItsOriginAndCommitsBehindOnlyOnceThatIsConfirmed() throws Exception {
    append(0, 1);
    Message m = Message.builder().id("id-7").key("k").body("bad").header("a", 5).build();
    rig.logs.append(0, m);
    append(0, 1);
    rig.deadLettersFail = new OutcomeUnknownException("timeout");
    rig.group()
        .onFailure(Failure.retryThenDeadLetter(Duration.ZERO, 2, "events.dead"))
        .start(r -> failAt(r, 1));
    assign(0);
    until(() -> rig.count(BrokerEvent.Type.DEAD_LETTER_FAILED) == 1 && rig.time.timers() == 1);
    // The polling thread commits after it has published what it was asked to.
    until(() -> rig.logs.committed().equals(Map.of(0, 1L)));
    rig.time.advance(SECOND);
    until(() -> rig.time.timers() == 1);
    assertThat(rig.logs.committed()).isEqualTo(Map.of(0, 1L));
    rig.deadLettersFail = null;
    rig.time.advance(SECOND);
    until(() -> rig.logs.committed().equals(Map.of(0, 3L)));
    assertThat(seen).containsExactly("0/0=v0", "0/1=bad", "0/1=bad", "0/2=v0");
    assertThat(rig.dead).hasSize(1);
    assertThat(rig.dead.get(0).address()).isEqualTo("log:events.dead");
    Message copy = rig.dead.get(0).message();
    assertThat(copy.id()).isEqualTo("id-7");
    assertThat(copy.key()).isEqualTo("k");
    assertThat(copy.text()).isEqualTo("bad");
    assertThat(copy.headers().number("a", 0)).isEqualTo(5);
    assertThat(copy.headers().number(WireHeaders.FAILURES, 0)).isEqualTo(2);
    assertThat(copy.headers().text(WireHeaders.DEAD_LOG)).contains("events");
    assertThat(copy.headers().number(WireHeaders.DEAD_PARTITION, -1)).isZero();
    assertThat(copy.headers().number(WireHeaders.DEAD_OFFSET, -1)).isEqualTo(1);
    assertThat(copy.headers().text(WireHeaders.DEAD_REASON)).contains("max-attempts");
    assertThat(rig.count(BrokerEvent.Type.DEAD_LETTER_FAILED)).isEqualTo(1);
    until(() -> rig.count(BrokerEvent.Type.DEAD_LETTERED) == 1);
  }

  @Test
  void stopsWithTheErrorAndLeavesTheRecordUncommitted() throws Exception {
    append(0, 3);
    GroupConsumer consumer = rig.group().onFailure(Failure.stop()).start(r -> failAt(r, 1));
    assign(0);
    MqException e = failure(consumer);
    assertThat(e.code()).isEqualTo(ErrorCode.HANDLER_FAILED);
    assertThat(e).hasCauseInstanceOf(IllegalStateException.class).hasMessageNotContaining("secret");
    assertThat(seen).containsExactly("0/0=v0", "0/1=v1");
    assertThat(rig.logs.committed()).isEqualTo(Map.of(0, 1L));
    assertThat(rig.logs.member().closes).hasValue(1);
    until(() -> rig.count(BrokerEvent.Type.CONSUMER_ENDED) == 1);
    assertThat(rig.kernel.children()).isEmpty();
  }

  @Test
  void aFailedBatchIsRetriedAsItWasAndPassedAsAWhole() throws Exception {
    append(0, 4);
    List<List<Long>> batches = new CopyOnWriteArrayList<>();
    rig.group()
        .batchSize(8)
        .onFailure(Failure.retryThenDeadLetter(SECOND, 2, "queue:dead"))
        .startBatch(
            records -> {
              batches.add(records.stream().map(LogRecord::offset).toList());
              if (records.get(0).offset() == 0) {
                throw new IllegalStateException("no");
              }
            });
    assign(0);
    until(() -> rig.time.timers() == 1);
    append(0, 3);
    until(() -> rig.logs.member().next.get(0) > 4L);
    rig.time.advance(SECOND);
    until(() -> rig.logs.committed().equals(Map.of(0, 7L)));
    assertThat(batches.get(0)).isEqualTo(batches.get(1)).startsWith(0L);
    assertThat(rig.dead)
        .hasSameSizeAs(batches.get(0))
        .allMatch(d -> d.address().equals("queue:dead"));
    assertThat(rig.dead)
        .extracting(d -> d.message().headers().number(WireHeaders.FAILURES, 0))
        .containsOnly(2L);
    List<Long> all = new ArrayList<>(batches.get(0));
    batches.subList(2, batches.size()).forEach(all::addAll);
    assertThat(all).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L);
  }

  @Test
  void aBodyThatCannotBeDecodedIsDeadLetteredAtOnce() throws Exception {
    append(0, 1);
    rig.logs.append(0, Message.of(new byte[] {(byte) 0xff}));
    append(0, 1);
    rig.group()
        .onFailure(Failure.retryThenDeadLetter(SECOND, 9, "log:dead"))
        .startBatch(records -> records.forEach(r -> failAt(r, -1)));
    assign(0);
    until(() -> rig.logs.committed().equals(Map.of(0, 3L)));
    assertThat(seen).containsExactly("0/0=v0", "0/2=v0");
    assertThat(rig.dead.get(0).message().headers().text(WireHeaders.DEAD_REASON))
        .contains("undecodable");
  }

  @Test
  void aBodyThatCannotBeDecodedStopsAConsumerWithoutADeadLetterDestination() throws Exception {
    append(0, 1);
    rig.logs.append(0, Message.of(new byte[] {(byte) 0xff}));
    GroupConsumer consumer = rig.group().start(r -> failAt(r, -1));
    assign(0);
    assertThat(failure(consumer).code()).isEqualTo(ErrorCode.DECODE);
    assertThat(rig.logs.committed()).isEqualTo(Map.of(0, 1L));
  }

  @Test
  void errorsAndInterruptsOfAHandlerAreFailuresLikeAnyOther() throws Exception {
    append(0, 4);
    AtomicInteger interruptsSeen = new AtomicInteger();
    rig.group()
        .onFailure(Failure.retryThenSkip(Duration.ZERO, 1))
        .start(
            r -> {
              seen.add(LogRig.show(r));
              if (Thread.currentThread().isInterrupted()) {
                interruptsSeen.incrementAndGet();
              }
              switch ((int) r.offset()) {
                case 0 -> throw new StackOverflowError();
                case 1 -> throw new InterruptedException();
                case 2 -> Thread.currentThread().interrupt();
                default -> {}
              }
            });
    assign(0);
    until(() -> rig.logs.committed().equals(Map.of(0, 4L)));
    assertThat(seen).hasSize(4);
    assertThat(interruptsSeen).hasValue(0);
  }

  @Test
  void aRevokeDoesNotWaitForTheTimeOfARetry() throws Exception {
    append(0, 3);
    rig.group().start(r -> failAt(r, 1));
    assign(0);
    until(() -> rig.time.timers() == 1);
    rig.logs.member().revoke(0).get(20, TimeUnit.SECONDS);
    assertThat(rig.logs.committed()).isEqualTo(Map.of(0, 1L));
    // The worker that set the timer may cancel it itself, when it finds the partition gone.
    until(() -> rig.time.timers() == 0);
    assertThat(seen).hasSize(2);
  }

  @Test
  void refusesADeadLetterAddressOfUnknownKindAtOnce() {
    assertThatThrownBy(
            () -> rig.group().onFailure(Failure.retryThenDeadLetter(SECOND, 1, "topic:x")))
        .isInstanceOfSatisfying(
            MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
  }
}
