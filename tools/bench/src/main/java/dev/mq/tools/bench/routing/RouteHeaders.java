package dev.mq.tools.bench.routing;

import dev.mq.api.Headers;
import dev.mq.core.routing.ExchangeNode;
import dev.mq.core.routing.RouteResult;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Headers exchange: three predicates in each binding, ten headers in each message, one queue reached. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = {"-Xms4g", "-Xmx4g"})
public class RouteHeaders {
  private static final int MESSAGES = 1 << 12;

  /** Number of bindings. */
  @Param({"10", "1000", "100000"})
  public int bindings;

  private final RouteResult result = new RouteResult();
  private final Headers[] messages = new Headers[MESSAGES];
  private ExchangeNode exchange = Bindings.headers(1).exchange();
  private int next;

  /** Binds. */
  @Setup(Level.Trial)
  public void setUp() {
    exchange = Bindings.headers(bindings).exchange();
    Random random = new Random(7);
    for (int i = 0; i < MESSAGES; i++) {
      messages[i] = Bindings.message(random.nextInt(bindings));
    }
  }

  /** Routes one message. */
  @Benchmark
  public int table() {
    exchange.route("", messages[next++ & MESSAGES - 1], result);
    return result.count();
  }
}
