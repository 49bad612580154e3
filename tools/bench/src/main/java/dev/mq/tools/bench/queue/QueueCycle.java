package dev.mq.tools.bench.queue;

import dev.mq.api.Message;
import dev.mq.tools.bench.Payload;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jctools.queues.MpmcArrayQueue;
import org.jspecify.annotations.Nullable;
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
import org.openjdk.jmh.infra.Blackhole;

/**
 * One thread puts messages in and takes them out again, in bursts of 64 and one by one. Figures are
 * for each message. Each arm has a state and a loop of its own and runs in a process of its own.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 5,
    jvmArgsAppend = {"-Xms1g", "-Xmx1g", "-XX:+UseParallelGC"})
public class QueueCycle {
  private static final int BURST = 64;

  /** Made by JMH. */
  public QueueCycle() {}

  /** The lock reference. */
  @State(Scope.Thread)
  public static class Abq {
    private final ArrayBlockingQueue<Message> queue = new ArrayBlockingQueue<>(1024);
    private final Message[] messages = Payload.messages(BURST, "key");
  }

  /** The lock-free reference. */
  @State(Scope.Thread)
  public static class Mpmc {
    private final MpmcArrayQueue<Message> queue = new MpmcArrayQueue<>(1024);
    private final Message[] messages = Payload.messages(BURST, "key");
  }

  /** The driver alone, in bursts. */
  @State(Scope.Thread)
  public static class DriverBurst {
    private final DriverQueue queue = new DriverQueue(Payload.messages(BURST, "key"));

    /** Closes. */
    @TearDown
    public void close() {
      queue.close();
    }
  }

  /** The driver alone, one by one. */
  @State(Scope.Thread)
  public static class DriverSingle {
    private final DriverQueue queue = new DriverQueue(Payload.messages(1, "key"));

    /** Closes. */
    @TearDown
    public void close() {
      queue.close();
    }
  }

  /** The user API. */
  @State(Scope.Thread)
  public static class Public {
    private final PublicQueue queue = new PublicQueue();
    private final Message[] messages = Payload.messages(BURST, "key");
    private final List<Message> list = List.of(messages);

    /** Closes. */
    @TearDown
    public void close() {
      queue.close();
    }
  }

  /** 64 put, 64 take. */
  @Benchmark
  @OperationsPerInvocation(BURST)
  public void burstAbq(Abq s, Blackhole sink) throws InterruptedException {
    for (Message m : s.messages) {
      s.queue.put(m);
    }
    for (int i = 0; i < BURST; i++) {
      sink.consume(s.queue.take());
    }
  }

  /** 64 offers, 64 polls. */
  @Benchmark
  @OperationsPerInvocation(BURST)
  public void burstMpmc(Mpmc s, Blackhole sink) {
    for (Message m : s.messages) {
      s.queue.offer(m);
    }
    for (int i = 0; i < BURST; i++) {
      sink.consume(s.queue.poll());
    }
  }

  /** Publish a batch of 64, receive it, settle it, at the driver. */
  @Benchmark
  @OperationsPerInvocation(BURST)
  public int burstDriver(DriverBurst s) throws InterruptedException {
    return s.queue.cycle();
  }

  /** Send 64 to an exchange, receive and ack them, through the user API. */
  @Benchmark
  @OperationsPerInvocation(BURST)
  public int burstPublic(Public s) {
    return s.queue.cycle(s.list);
  }

  /** One put, one take. */
  @Benchmark
  public Message singleAbq(Abq s) throws InterruptedException {
    s.queue.put(s.messages[0]);
    return s.queue.take();
  }

  /** One offer, one poll. */
  @Benchmark
  public @Nullable Message singleMpmc(Mpmc s) {
    s.queue.offer(s.messages[0]);
    return s.queue.poll();
  }

  /** Publish one, receive it, settle it, at the driver. */
  @Benchmark
  public int singleDriver(DriverSingle s) throws InterruptedException {
    return s.queue.cycle();
  }

  /** Send one to an exchange, receive and ack it, through the user API. */
  @Benchmark
  public Message singlePublic(Public s) {
    return s.queue.cycle(s.messages[0]);
  }
}
