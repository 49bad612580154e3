package dev.mq.inmemory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mq.api.DeclarationConflictException;
import dev.mq.api.ErrorCode;
import dev.mq.api.LogSpec;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.Positions;
import dev.mq.inmemory.Reader.Read;
import dev.mq.spi.BackendLog;
import dev.mq.spi.RecordSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LogTest {
  private static final int SEGMENT = 4096;

  private final InMemoryEngine engine = InMemoryEngine.create();
  private final Client client = Client.of(engine);

  @AfterEach
  void closeEngine() {
    engine.close();
  }

  @Test
  void appendsTellPartitionAndOffsetAndAreReadBackThere() {
    BackendLog log = client.log("l", 2);
    assertThat(client.append(log, 1, "a", "b").outcomes()).containsExactly("ok 1/0", "ok 1/1");
    assertThat(client.append(log, 0, "c").outcomes()).containsExactly("ok 0/0");
    assertThat(client.append(log, 1, "d").outcomes()).containsExactly("ok 1/2");
    Reader reader = readerAt(log, 1, 1);
    long now = engine.clock().now().toEpochMilli();
    assertThat(reader.now()).containsExactly(new Read(1, 1, now, "b"), new Read(1, 2, now, "d"));
    assertThat(client.logs.end(log)).isEqualTo(Positions.of(0, 1).with(1, 3));
  }

  @Test
  void aPartitionThatIsNotThereIsRefused() {
    BackendLog log = client.log("l", 2);
    assertThat(code(client.append(log, 2, "a").error(0))).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(code(client.append(log, -1, "a").error(0))).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThatThrownBy(() -> client.logs.reader(log, 100).seek(2, 0))
        .isInstanceOf(MqException.class);
  }

  @Test
  void readingGoesOnAcrossSegmentsWhateverTheSizeOfTheBatch() {
    BackendLog log = client.log("l", 1);
    int n = 3 * SEGMENT + 5;
    fill(log, n);
    for (int capacity : new int[] {1000, SEGMENT, SEGMENT + 1, n + 10}) {
      Reader reader = new Reader(seek(log, 0, 0), capacity);
      List<Long> offsets = new ArrayList<>();
      for (List<Read> r = reader.now(); !r.isEmpty(); r = reader.now()) {
        assertThat(r).allMatch(x -> x.text().equals("r" + x.offset()));
        r.forEach(x -> offsets.add(x.offset()));
      }
      assertThat(offsets).hasSize(n).isSorted().doesNotHaveDuplicates();
    }
  }

  @Test
  void timestampsFollowTheClockAndTheFirstRecordAtOrAfterATimeIsFound() {
    BackendLog log = client.log("l", 1);
    long start = engine.clock().now().toEpochMilli();
    for (int i = 0; i < SEGMENT + 10; i++) {
      if (i % 1000 == 999) {
        engine.clock().advance(Duration.ofSeconds(1));
      }
      client.append(log, 0, "r" + i);
    }
    List<Read> all = readerAt(log, 0, 0).now();
    assertThat(all)
        .hasSize(SEGMENT + 10)
        .allMatch(r -> r.timestamp() == start + (r.offset() + 1) / 1000 * 1000);
    for (int second = 0; second < 6; second++) {
      for (int off = -1; off <= 1; off++) {
        long t = start + second * 1000L + off;
        long expected =
            all.stream()
                .filter(r -> r.timestamp() >= t)
                .findFirst()
                .map(Read::offset)
                .orElse(SEGMENT + 10L);
        assertThat(client.logs.at(log, java.time.Instant.ofEpochMilli(t)))
            .isEqualTo(Positions.of(0, expected));
      }
    }
    assertThat(client.logs.at(log, java.time.Instant.ofEpochMilli(start).plusNanos(1)))
        .as("a fraction of a millisecond later")
        .isEqualTo(Positions.of(0, 999));
  }

  @Test
  void seekingOutsideOfWhatIsThereIsRefused() {
    BackendLog log = client.log("l", 1);
    client.append(log, 0, "a", "b");
    RecordSource source = client.logs.reader(log, 100);
    source.seek(0, 2);
    for (long offset : new long[] {-1, 3, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> source.seek(0, offset))
          .isInstanceOfSatisfying(
              MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OUT_OF_RANGE));
    }
    assertThat(new Reader(source).now()).isEmpty();
  }

  @Test
  void aWaitingReaderIsWokenByAnAppendAndAPausedPartitionStaysSilent() throws Exception {
    BackendLog log = client.log("l", 2);
    RecordSource source = seek(log, 0, 0);
    source.seek(1, 0);
    source.pause(1);
    Reader reader = new Reader(source);
    CompletableFuture<List<Read>> result = new CompletableFuture<>();
    Thread thread = new Thread(() -> result.complete(reader.within(Duration.ofMinutes(1))));
    thread.start();
    awaitWaiting(thread);
    client.append(log, 1, "hidden");
    client.append(log, 0, "shown");
    assertThat(Reader.texts(result.get())).containsExactly("shown");
    thread.join();
    source.resume(1);
    assertThat(Reader.texts(reader.now())).containsExactly("hidden");
  }

  @Test
  void wakeupEndsTheCurrentOrTheNextPoll() throws Exception {
    RecordSource source = seek(client.log("l", 1), 0, 0);
    source.wakeup();
    assertThat(new Reader(source).within(Duration.ofMinutes(1))).isEmpty();
    Thread thread = new Thread(() -> new Reader(source).within(Duration.ofMinutes(1)));
    thread.start();
    awaitWaiting(thread);
    source.wakeup();
    thread.join();
  }

  @Test
  void readersMissNothingAndSeeOneOrderWhileOthersAppend() throws Exception {
    BackendLog log = client.log("l", 1);
    int writers = 4;
    int each = 20_000;
    List<Thread> threads = new ArrayList<>();
    List<List<String>> seen = new ArrayList<>();
    for (int r = 0; r < 3; r++) {
      List<String> texts = new ArrayList<>();
      seen.add(texts);
      Reader reader = new Reader(seek(log, 0, 0), 500);
      threads.add(
          new Thread(
              () -> {
                while (texts.size() < writers * each) {
                  List<Read> read = reader.within(Duration.ofSeconds(10));
                  if (read.isEmpty() || read.get(0).offset() != texts.size()) {
                    return;
                  }
                  texts.addAll(Reader.texts(read));
                }
              }));
    }
    for (int w = 0; w < writers; w++) {
      Client own = Client.of(engine, "writer" + w);
      String prefix = w + "-";
      threads.add(
          new Thread(
              () -> {
                for (int i = 0; i < each; i += 5) {
                  int first = i;
                  own.append(
                      log,
                      0,
                      IntStream.range(0, 5)
                          .mapToObj(k -> prefix + (first + k))
                          .toArray(String[]::new));
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread t : threads) {
      t.join();
    }
    assertThat(seen.get(0)).hasSize(writers * each).doesNotHaveDuplicates();
    assertThat(seen.get(1)).isEqualTo(seen.get(0));
    assertThat(seen.get(2)).isEqualTo(seen.get(0));
    for (int w = 0; w < writers; w++) {
      String prefix = w + "-";
      assertThat(seen.get(0).stream().filter(t -> t.startsWith(prefix)).toList())
          .isEqualTo(IntStream.range(0, each).mapToObj(i -> prefix + i).toList());
    }
  }

  @Test
  void retentionByTimeRemovesAPrefixAndReadingBelowItIsAnErrorNeverASkip() {
    BackendLog log =
        client.logs.create(LogSpec.builder("l").retention(Duration.ofMinutes(1)).build());
    fill(log, SEGMENT + 10);
    RecordSource slow = seek(log, 0, 5);
    engine.clock().advance(Duration.ofSeconds(50));
    fill(log, 10);
    engine.clock().advance(Duration.ofSeconds(20));
    assertThat(client.logs.begin(log))
        .as("the segment with a young record stays")
        .isEqualTo(Positions.of(0, SEGMENT));
    assertThatThrownBy(() -> new Reader(slow).now())
        .isInstanceOfSatisfying(
            MqException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.OUT_OF_RANGE);
              assertThat(e).hasMessageContaining("partition 0").hasMessageContaining("" + SEGMENT);
            });
    slow.seek(0, SEGMENT);
    assertThat(new Reader(slow).now()).hasSize(20);
    engine.clock().advance(Duration.ofMinutes(2));
    assertThat(client.logs.begin(log)).isEqualTo(Positions.of(0, SEGMENT + 20));
    assertThat(client.logs.end(log)).isEqualTo(Positions.of(0, SEGMENT + 20));
    client.append(log, 0, "after");
    assertThat(new Reader(seek(log, 0, SEGMENT + 20)).now())
        .extracting(Read::text)
        .containsExactly("after");
    assertThat(client.logs.at(log, engine.clock().now())).isEqualTo(Positions.of(0, SEGMENT + 20));
  }

  @Test
  void retentionBySizeKeepsAtLeastThatMuch() {
    String text = "x".repeat(100);
    BackendLog log = client.logs.create(LogSpec.builder("l").retentionBytes(100 * SEGMENT).build());
    for (int i = 0; i < 3 * SEGMENT; i++) {
      client.append(log, 0, text);
    }
    assertThat(client.logs.begin(log)).isEqualTo(Positions.of(0, 2 * SEGMENT));
    client.append(log, 0, text);
    assertThat(client.logs.begin(log)).isEqualTo(Positions.of(0, 2 * SEGMENT));
  }

  @Test
  void redeclaringAnEqualLogKeepsItAndADifferentOneIsAConflictWithBothValues() {
    BackendLog log = client.log("l", 2);
    client.append(log, 0, "a");
    assertThat(client.log("l", 2)).isSameAs(log);
    assertThatThrownBy(() -> client.log("l", 3))
        .isInstanceOf(DeclarationConflictException.class)
        .hasMessageContaining("partitions=2")
        .hasMessageContaining("partitions=3");
    assertThat(client.logs.describe("l")).contains(LogSpec.of("l", 2));
    assertThat(client.logs.describe("none")).isEmpty();
    assertThatThrownBy(() -> client.logs.open("none")).isInstanceOf(NotFoundException.class);
  }

  @Test
  void partitionsCanBeAddedAndNotTakenAway() {
    BackendLog log = client.log("l", 2);
    client.logs.addPartitions(log, 4);
    client.logs.addPartitions(log, 4);
    assertThat(log.partitions()).isEqualTo(4);
    assertThat(client.append(log, 3, "a").outcomes()).containsExactly("ok 3/0");
    assertThat(client.logs.describe("l")).contains(LogSpec.of("l", 4));
    for (int total : new int[] {3, 0, -1, 10_001}) {
      assertThatThrownBy(() -> client.logs.addPartitions(log, total))
          .isInstanceOfSatisfying(
              MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    }
  }

  @Test
  void aDeletedLogFailsItsReadersAndAppendsAndOneOfItsNameIsEmpty() throws Exception {
    BackendLog log = client.log("l", 1);
    client.append(log, 0, "old");
    RecordSource source = seek(log, 0, 1);
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                new Reader(source).within(Duration.ofMinutes(1));
              } catch (MqException e) {
                failure.complete(e);
              }
            });
    thread.start();
    awaitWaiting(thread);
    client.logs.delete("l");
    client.logs.delete("l");
    assertThat(failure.get()).isInstanceOf(NotFoundException.class);
    assertThat(client.append(log, 0, "late").error(0)).isInstanceOf(NotFoundException.class);
    assertThat(client.logs.end(client.log("l", 1))).isEqualTo(Positions.of(0, 0));
  }

  private Reader readerAt(BackendLog log, int partition, long offset) {
    return new Reader(seek(log, partition, offset));
  }

  private RecordSource seek(BackendLog log, int partition, long offset) {
    RecordSource source = client.logs.reader(log, 100);
    source.seek(partition, offset);
    return source;
  }

  private void fill(BackendLog log, int n) {
    long first = client.logs.end(log).offset(0).orElseThrow();
    client.append(
        log, 0, IntStream.range(0, n).mapToObj(i -> "r" + (first + i)).toArray(String[]::new));
  }

  private static ErrorCode code(Throwable error) {
    return MqException.of(error).code();
  }

  private static void awaitWaiting(Thread thread) {
    await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
  }
}
