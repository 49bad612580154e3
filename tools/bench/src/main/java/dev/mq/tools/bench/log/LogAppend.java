package dev.mq.tools.bench.log;

import dev.mq.api.Broker;
import dev.mq.api.LogSpec;
import dev.mq.api.Message;
import dev.mq.api.Producer;
import dev.mq.api.SendResult;
import dev.mq.api.Topology;
import dev.mq.spi.BackendSession;
import dev.mq.spi.PublishChannel;
import dev.mq.tools.bench.Embedded;
import dev.mq.tools.bench.FixedBatch;
import dev.mq.tools.bench.Payload;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One thread appends batches of 64 to one partition. Figures are for each record. Every arm does
 * the same number of appends to a log that is empty when an iteration begins, so that all grow
 * alike.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 8)
@Measurement(iterations = 12)
@Fork(
    value = 5,
    jvmArgsAppend = {"-Xms2g", "-Xmx2g", "-XX:+UseParallelGC", "-XX:+AlwaysPreTouch"})
public class LogAppend {
  private static final int BURST = 64;
  private static final int BATCHES = 40_000;

  /** Made by JMH. */
  public LogAppend() {}

  /** The floor. */
  @State(Scope.Thread)
  public static class Bare {
    private final Message[] messages = Payload.messages(BURST, "");
    private BareLog log = new BareLog();

    /** Empties the log. */
    @Setup(Level.Iteration)
    public void empty() {
      log = new BareLog();
    }
  }

  /** The driver alone. */
  @State(Scope.Thread)
  public static class Driver {
    private final Message[] messages = Payload.messages(BURST, "");
    private final BackendSession session = Embedded.session();
    private final PublishChannel channel = session.openPublisher();
    private @Nullable FixedBatch batch;

    /** Empties the log. */
    @Setup(Level.Iteration)
    public void empty() {
      var logs = session.logs().orElseThrow();
      logs.delete("events");
      batch = new FixedBatch(messages, logs.create(LogSpec.of("events", 1)), 0);
    }

    /** Closes. */
    @TearDown
    public void close() {
      channel.close(Duration.ZERO);
      session.close(Duration.ZERO);
    }
  }

  /** The user API. */
  @State(Scope.Thread)
  public static class Public {
    private final List<Message> messages = List.of(Payload.messages(BURST, ""));
    private final Broker broker = Embedded.broker();
    private @Nullable Producer producer;

    /** Empties the log. */
    @Setup(Level.Iteration)
    public void empty() {
      if (producer != null) {
        producer.close();
        broker.log("events").delete();
      }
      broker.declare(Topology.builder().log(LogSpec.of("events", 1)).build());
      producer = broker.log("events").producer().open();
    }

    /** Closes. */
    @TearDown
    public void close() {
      Embedded.close(broker);
    }
  }

  /** Bare segments. */
  @Benchmark
  @OperationsPerInvocation(BURST * BATCHES)
  public long appendBare(Bare s) {
    for (int i = 0; i < BATCHES; i++) {
      s.log.append(s.messages);
    }
    return s.log.end();
  }

  /** The driver's channel. */
  @Benchmark
  @OperationsPerInvocation(BURST * BATCHES)
  public long appendDriver(Driver s) {
    FixedBatch batch = s.batch;
    if (batch == null) {
      throw new IllegalStateException("no log");
    }
    for (int i = 0; i < BATCHES; i++) {
      s.channel.publish(batch);
    }
    return batch.confirmed();
  }

  /** A producer of the user API. */
  @Benchmark
  @OperationsPerInvocation(BURST * BATCHES)
  public long appendPublic(Public s) {
    Producer producer = s.producer;
    if (producer == null) {
      throw new IllegalStateException("no log");
    }
    long ok = 0;
    for (int i = 0; i < BATCHES; i++) {
      for (SendResult r : producer.sendAll(s.messages)) {
        ok += r.orThrow().offset().orElse(0);
      }
    }
    return ok;
  }
}
