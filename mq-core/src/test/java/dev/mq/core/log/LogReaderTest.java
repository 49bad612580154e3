package dev.mq.core.log;

import static dev.mq.core.log.LogRig.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.ClosedException;
import dev.mq.api.DecodeException;
import dev.mq.api.ErrorCode;
import dev.mq.api.LogReader;
import dev.mq.api.LogRecord;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.api.ReaderBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LogReaderTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final LogRig rig = new LogRig(2);
  private final List<String> seen = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    rig.close();
  }

  private void append(int partition, int count) {
    for (int i = 0; i < count; i++) {
      rig.logs.append(partition, "v" + i);
    }
  }

  private static List<String> all(ReaderBuilder<String> builder) {
    try (LogReader<String> reader = builder.open()) {
      return rest(reader);
    }
  }

  private static List<String> rest(LogReader<String> reader) {
    List<String> records = new ArrayList<>();
    for (LogRecord<String> r : reader) {
      records.add(r.partition() + "/" + r.offset());
    }
    return records;
  }

  private static ErrorCode code(Runnable call) {
    try {
      call.run();
    } catch (MqException e) {
      return e.code();
    }
    throw new AssertionError("returned normally");
  }

  @Test
  void endsByItselfAtTheEndAsItWasAtOpeningGapsOrNot() throws Exception {
    append(0, 2);
    rig.logs.gap(0, 3);
    append(0, 1);
    append(1, 1);
    rig.logs.gap(1, 4);
    LogReader<String> reader = rig.reader().open();
    append(0, 5);
    assertThat(rest(reader)).containsExactly("0/0", "0/1", "0/5", "1/0");
    assertThat(reader.isAtEnd()).isTrue();
    assertThat(reader.position()).isEqualTo(Positions.of(Map.of(0, 6L, 1, 5L)));
    assertThat(reader.poll(LONG)).isEmpty();
    reader.terminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
    reader.close();
    reader.close();
    assertThat(rig.logs.sources.get(0).closes).hasValue(1);
    assertThat(rig.kernel.children()).isEmpty();
  }

  @Test
  void anEmptyRangeIsAtItsEndAtOnce() {
    append(0, 2);
    assertThat(all(rig.reader().from(Position.end()))).isEmpty();
    assertThat(all(rig.reader().from(Positions.of(0, 1)).to(Positions.of(0, 1)))).isEmpty();
    assertThat(all(rig.reader().to(Position.begin()))).isEmpty();
  }

  @Test
  void readsBetweenOffsetsOfChosenPartitions() {
    append(0, 10);
    append(1, 10);
    assertThat(all(rig.reader().from(Positions.of(0, 3)).to(Positions.of(0, 5)).partitions(0)))
        .containsExactly("0/3", "0/4");
    assertThat(all(rig.reader().from(Positions.of(0, 9)).to(Positions.of(1, 1))))
        .containsExactly("0/9", "1/0");
    assertThat(all(rig.reader().partitions(1, 1).from(Positions.of(1, 8))))
        .containsExactly("1/8", "1/9");
  }

  @Test
  void findsTimesExactlyAlsoWhereTheBackendStartsTooEarly() {
    append(0, 10); // record i has timestamp 1000 + 10 i
    for (long early : List.of(0L, 3L)) {
      rig.logs.atTooEarly = early;
      assertThat(all(rig.reader().from(Position.at(Instant.ofEpochMilli(1070)))))
          .containsExactly("0/7", "0/8", "0/9");
      assertThat(all(rig.reader().from(Position.at(Instant.ofEpochMilli(1070).plusNanos(1)))))
          .containsExactly("0/8", "0/9");
      assertThat(all(rig.reader().to(Position.at(Instant.ofEpochMilli(1020)))))
          .containsExactly("0/0", "0/1");
      assertThat(all(rig.reader().to(Position.at(Instant.ofEpochMilli(999))))).isEmpty();
      assertThat(all(rig.reader().to(Position.at(Instant.MAX)))).hasSize(10);
      assertThat(all(rig.reader().from(Position.at(Instant.MIN)))).hasSize(10);
      assertThat(all(rig.reader().from(Position.at(Instant.ofEpochMilli(5000))))).isEmpty();
    }
  }

  @Test
  void refusesStartsOutsideOfTheLogAndUnknownPartitions() {
    append(0, 5);
    rig.logs.begin.put(0, 2L);
    assertThat(code(() -> rig.reader().from(Positions.of(0, 1)).open()))
        .isEqualTo(ErrorCode.OUT_OF_RANGE);
    assertThat(code(() -> rig.reader().from(Positions.of(0, 6)).open()))
        .isEqualTo(ErrorCode.OUT_OF_RANGE);
    assertThat(code(() -> rig.reader().from(Positions.of(7, 0)).open()))
        .isEqualTo(ErrorCode.OUT_OF_RANGE);
    assertThat(code(() -> rig.reader().partitions(2).open())).isEqualTo(ErrorCode.OUT_OF_RANGE);
    assertThat(code(() -> rig.reader().partitions())).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(all(rig.reader().from(Positions.of(0, 2)))).hasSize(3);
    assertThatThrownBy(() -> LogReaders.builder(rig.kernel, "nothing").open())
        .isInstanceOf(NotFoundException.class);
    assertThat(rig.kernel.children()).isEmpty();
  }

  @Test
  void pollReturnsWhatIsThereAndNothingAfterItsTimeout() {
    append(0, 3);
    LogReader<String> reader = rig.reader().follow().open();
    assertThat(reader.poll(LONG)).hasSize(3);
    assertThat(reader.poll(Duration.ZERO)).isEmpty();
    assertThat(reader.poll(Duration.ofMillis(5))).isEmpty();
    append(1, 2);
    assertThat(reader.poll(LONG)).hasSize(2);
    assertThat(reader.isAtEnd()).isFalse();
    assertThat(reader.position()).isEqualTo(Positions.of(Map.of(0, 3L, 1, 2L)));
  }

  @Test
  void seekReadsOnElsewhereAlsoInTheMiddleOfWhatWasReceivedAndBackFromTheEnd() {
    append(0, 10);
    append(1, 3);
    LogReader<String> reader = rig.reader().open();
    var records = reader.iterator();
    assertThat(records.next().offset()).isZero();
    assertThat(reader.position().offset(0)).hasValue(1);
    reader.seek(0, 8);
    assertThat(rest(reader)).containsExactlyInAnyOrder("0/8", "0/9", "1/0", "1/1", "1/2");
    reader.seek(0, 9);
    assertThat(reader.isAtEnd()).isFalse();
    assertThat(rest(reader)).containsExactly("0/9");
    assertThat(code(() -> reader.seek(0, 99))).isEqualTo(ErrorCode.OUT_OF_RANGE);
    assertThat(code(() -> reader.seek(5, 0))).isEqualTo(ErrorCode.OUT_OF_RANGE);
  }

  @Test
  void followsAlsoIntoPartitionsAddedLater() throws Exception {
    LogReader<String> reader = rig.reader().follow().start(r -> seen.add(LogRig.show(r)));
    append(0, 1);
    until(() -> seen.size() == 1);
    rig.logs.grow();
    append(2, 2);
    until(() -> seen.size() == 3);
    assertThat(seen).containsExactly("0/0=v0", "2/0=v0", "2/1=v1");
    reader.close();
    reader.terminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  @Test
  void closeWakesAPollAndEndsAnIteration() throws Exception {
    LogReader<String> polled = rig.reader().follow().open();
    CompletableFuture<ErrorCode> poll =
        CompletableFuture.supplyAsync(() -> code(() -> polled.poll(LONG)));
    until(() -> rig.logs.sources.get(0).polls.get() > 0);
    polled.close();
    assertThat(poll.get(20, TimeUnit.SECONDS)).isEqualTo(ErrorCode.CLOSED);
    until(() -> rig.logs.sources.get(0).closes.get() == 1);
    LogReader<String> iterated = rig.reader().follow().open();
    CompletableFuture<List<String>> iteration = CompletableFuture.supplyAsync(() -> rest(iterated));
    until(() -> rig.logs.sources.get(1).polls.get() > 0);
    iterated.close();
    assertThat(iteration.get(20, TimeUnit.SECONDS)).isEmpty();
    assertThatThrownBy(() -> iterated.poll(LONG)).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> iterated.seek(0, 0)).isInstanceOf(ClosedException.class);
  }

  @Test
  void anInterruptEndsAPollWithTheStatusKept() {
    LogReader<String> reader = rig.reader().follow().open();
    Thread.currentThread().interrupt();
    assertThat(code(() -> reader.poll(LONG))).isEqualTo(ErrorCode.INTERRUPTED);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void handsABoundedRangeToAHandlerAndEnds() throws Exception {
    append(0, 1000);
    append(1, 1000);
    ExecutorService one = Executors.newSingleThreadExecutor();
    LogReader<String> reader = rig.reader().executor(one).start(r -> seen.add(LogRig.show(r)));
    reader.terminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
    assertThat(seen).hasSize(2000).doesNotHaveDuplicates();
    assertThat(reader.isAtEnd()).isTrue();
    until(() -> rig.logs.sources.get(0).closes.get() == 1 && rig.kernel.children().isEmpty());
    one.shutdownNow();
  }

  @Test
  void anExceptionOfTheHandlerEndsTheReader() throws Exception {
    append(0, 5);
    LogReader<String> reader =
        rig.reader()
            .start(
                r -> {
                  seen.add(LogRig.show(r));
                  if (r.offset() == 2) {
                    throw new java.io.IOException("disk");
                  }
                });
    assertThatThrownBy(() -> reader.terminated().toCompletableFuture().get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .satisfies(e -> assertThat(MqException.of(e).code()).isEqualTo(ErrorCode.HANDLER_FAILED));
    assertThat(seen).hasSize(3);
  }

  @Test
  void aSlowHandlerHoldsOneBatchAndCloseWaitsForItAndStartsNoOther() throws Exception {
    append(0, 2000);
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    LogReader<String> reader =
        rig.reader()
            .follow()
            .start(
                r -> {
                  started.countDown();
                  go.await();
                  seen.add(LogRig.show(r));
                });
    started.await();
    assertThat(rig.logs.sources.get(0).next.get(0)).isLessThanOrEqualTo(500);
    CompletableFuture<Void> closed = CompletableFuture.runAsync(reader::close);
    until(((LogReaderImpl<String>) reader)::isClosed);
    assertThatThrownBy(() -> closed.get(50, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    go.countDown();
    closed.get(20, TimeUnit.SECONDS);
    assertThat(seen).hasSize(1);
    assertThat(reader.position().offset(0)).hasValue(1);
  }

  @Test
  void aHandlerMayCloseItsReader() throws Exception {
    append(0, 5);
    @SuppressWarnings({"unchecked", "rawtypes"})
    LogReader<String>[] self = new LogReader[1];
    CountDownLatch made = new CountDownLatch(1);
    self[0] =
        rig.reader()
            .follow()
            .start(
                r -> {
                  made.await();
                  seen.add(LogRig.show(r));
                  self[0].close();
                });
    made.countDown();
    self[0].terminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
    assertThat(seen).hasSize(1);
    until(() -> rig.logs.sources.get(0).closes.get() == 1);
  }

  @Test
  void aBodyThatCannotBeDecodedThrowsAfterWhatCameBeforeItAndCanBeSoughtPast() {
    append(0, 1);
    rig.logs.append(0, Message.of(new byte[] {(byte) 0xff}));
    append(0, 1);
    LogReader<String> reader = rig.reader().open();
    assertThat(reader.poll(LONG)).hasSize(1);
    assertThatThrownBy(() -> reader.poll(LONG)).isInstanceOf(DecodeException.class);
    assertThatThrownBy(() -> reader.poll(LONG)).isInstanceOf(DecodeException.class);
    reader.seek(0, 2);
    assertThat(rest(reader)).containsExactly("0/2");
  }

  @Test
  void survivesAnOutageWhileItFollows() throws Exception {
    LogReader<String> reader = rig.reader().follow().start(r -> seen.add(LogRig.show(r)));
    FakeSource source = rig.logs.sources.get(0);
    source.failNext.set(new IllegalStateException("connection lost"));
    source.wakeup();
    until(() -> rig.time.timers() == 1);
    append(0, 1);
    rig.time.advance(Duration.ofSeconds(1));
    until(() -> seen.size() == 1);
    source.failNext.set(new IllegalStateException("connection lost"));
    source.wakeup();
    until(() -> rig.time.timers() == 1);
    reader.close();
    reader.terminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
    assertThat(source.closes).hasValue(1);
  }

  @Test
  void twoReadsOfARangeAreEqual() {
    append(0, 700);
    append(1, 600);
    List<String> first = all(rig.reader());
    assertThat(first).hasSize(1300);
    List<String> second;
    try (LogReader<String> reader = rig.reader().open()) {
      rig.logs.sources.get(1).mostAtOnce = 7;
      second = rest(reader);
    }
    assertThat(second).containsExactlyInAnyOrderElementsOf(first);
    for (String p : List.of("0/", "1/")) {
      assertThat(second.stream().filter(s -> s.startsWith(p)).toList())
          .isEqualTo(first.stream().filter(s -> s.startsWith(p)).toList());
    }
  }
}
