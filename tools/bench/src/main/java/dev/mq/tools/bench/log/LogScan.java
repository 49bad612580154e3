package dev.mq.tools.bench.log;

import dev.mq.api.Broker;
import dev.mq.api.LogReader;
import dev.mq.api.LogRecord;
import dev.mq.api.LogSpec;
import dev.mq.api.Message;
import dev.mq.api.Position;
import dev.mq.api.Producer;
import dev.mq.api.SendResult;
import dev.mq.api.Topology;
import dev.mq.spi.BackendLog;
import dev.mq.spi.BackendSession;
import dev.mq.spi.LogDriver;
import dev.mq.spi.PublishChannel;
import dev.mq.spi.RecordBatch;
import dev.mq.spi.RecordSource;
import dev.mq.tools.bench.Embedded;
import dev.mq.tools.bench.FixedBatch;
import dev.mq.tools.bench.Payload;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One thread reads a partition of 512 000 records from its beginning to its end. Figures are for
 * each record.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 5,
    jvmArgsAppend = {"-Xms1g", "-Xmx1g", "-XX:+UseParallelGC"})
public class LogScan {
  private static final int BURST = 500;
  private static final int RECORDS = 1024 * BURST;

  /** Made by JMH. */
  public LogScan() {}

  /** The floor. */
  @State(Scope.Thread)
  public static class Bare {
    private final BareLog log = new BareLog();

    /** Fills the log. */
    public Bare() {
      Message[] messages = Payload.messages(RECORDS, "");
      for (int i = 0; i < RECORDS; i += BURST) {
        log.append(Arrays.copyOfRange(messages, i, i + BURST));
      }
    }
  }

  /** The driver alone. */
  @State(Scope.Thread)
  public static class Driver {
    private final BackendSession session = Embedded.session();
    private final RecordSource source;
    private final RecordBatch batch = new RecordBatch(BURST);

    /** Fills the log. */
    public Driver() {
      LogDriver logs = session.logs().orElseThrow();
      BackendLog log = logs.create(LogSpec.of("events", 1));
      PublishChannel channel = session.openPublisher();
      Message[] messages = Payload.messages(RECORDS, "");
      for (int i = 0; i < RECORDS; i += BURST) {
        channel.publish(new FixedBatch(Arrays.copyOfRange(messages, i, i + BURST), log, 0));
      }
      channel.close(Duration.ZERO);
      source = logs.reader(log, 512);
    }

    /** Closes. */
    @TearDown
    public void close() {
      source.close();
      session.close(Duration.ZERO);
    }
  }

  /** The user API. */
  @State(Scope.Thread)
  public static class Public {
    private final Broker broker = Embedded.broker();

    /** Fills the log. */
    public Public() {
      broker.declare(Topology.builder().log(LogSpec.of("events", 1)).build());
      Message[] messages = Payload.messages(RECORDS, "");
      try (Producer producer = broker.log("events").producer().open()) {
        for (SendResult r : producer.sendAll(Arrays.asList(messages))) {
          r.orThrow();
        }
      }
    }

    /** Closes. */
    @TearDown
    public void close() {
      Embedded.close(broker);
    }
  }

  /** Bare segments. */
  @Benchmark
  @OperationsPerInvocation(RECORDS)
  public long scanBare(Bare s) {
    return s.log.scan(0, RECORDS);
  }

  /** The driver's source, in batches of 500. */
  @Benchmark
  @OperationsPerInvocation(RECORDS)
  public long scanDriver(Driver s) throws InterruptedException {
    RecordBatch batch = s.batch;
    s.source.seek(0, 0);
    long sum = 0;
    int seen = 0;
    while (seen < RECORDS) {
      batch.clear();
      int n = s.source.poll(batch, 0);
      for (int i = 0; i < n; i++) {
        sum += batch.message(i).bodyBytes() + batch.offset(i);
      }
      seen += n;
    }
    return sum;
  }

  /** A bounded reader of the user API. */
  @Benchmark
  @OperationsPerInvocation(RECORDS)
  public long scanPublic(Public s) {
    long sum = 0;
    int seen = 0;
    try (LogReader<byte[]> reader =
        s.broker
            .log("events")
            .reader()
            .from(Position.begin())
            .to(s.broker.log("events").end())
            .open()) {
      for (LogRecord<byte[]> r : reader) {
        sum += r.message().bodyBytes() + r.offset();
        seen++;
      }
    }
    if (seen != RECORDS) {
      throw new IllegalStateException(seen + " of " + RECORDS + " records");
    }
    return sum;
  }
}
