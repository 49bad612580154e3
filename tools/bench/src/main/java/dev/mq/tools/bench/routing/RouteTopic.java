package dev.mq.tools.bench.routing;

import dev.mq.api.Headers;
import dev.mq.core.routing.ExchangeNode;
import dev.mq.core.routing.RouteResult;
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

/** Topic exchange: every pattern has a wildcard, keys have four words, a hit reaches four queues. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = {"-Xms4g", "-Xmx4g"})
public class RouteTopic {
  /** Number of bindings. */
  @Param({"10", "1000", "100000", "1000000"})
  public int bindings;

  /** {@code hot}: few keys, served by the cache; {@code uniform}: too many for it; {@code miss}: too many, none matches. */
  @Param({"hot", "uniform", "miss"})
  public String keys = "hot";

  private final RouteResult result = new RouteResult();
  private String[] messages = new String[1];
  private ExchangeNode exchange = Bindings.topic(1).exchange();
  private int next;

  /** Binds. */
  @Setup(Level.Trial)
  public void setUp() {
    exchange = Bindings.topic(bindings).exchange();
    messages = Bindings.topicKeys(bindings, keys.equals("hot") ? 1 << 8 : 1 << 16, !keys.equals("miss"));
  }

  /** Routes one message. */
  @Benchmark
  public int table() {
    exchange.route(messages[next++ & messages.length - 1], Headers.empty(), result);
    return result.count();
  }
}
