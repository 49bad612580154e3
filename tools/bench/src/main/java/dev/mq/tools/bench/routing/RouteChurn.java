package dev.mq.tools.bench.routing;

import dev.mq.api.Binding;
import dev.mq.api.Headers;
import dev.mq.core.routing.RouteResult;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Topic exchange with a million bindings: routes with and without a thread that binds and unbinds, and the cost of both. */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"-Xms4g", "-Xmx4g"})
public class RouteChurn {
  /** The shared state. */
  @State(Scope.Group)
  public static class Shared {
    /** Number of bindings. */
    @Param({"1000000"})
    public int bindings;

    private Bindings topology = Bindings.topic(1);
    private String[] keys = new String[1];
    private int next;

    /** Binds. */
    @Setup(Level.Trial)
    public void setUp() {
      topology = Bindings.topic(bindings);
      keys = Bindings.topicKeys(bindings, 1 << 16, true);
    }

    private void change() {
      int i = bindings + (next++ & (1 << 16) - 1);
      topology.cycle(Binding.toQueue(Bindings.EXCHANGE, Bindings.pattern(i), Bindings.queue(i)));
    }
  }

  /** What a reader owns. */
  @State(Scope.Thread)
  public static class Reader {
    private final RouteResult result = new RouteResult();
    private int next;

    private int route(Shared shared) {
      shared.topology.exchange().route(shared.keys[next++ & (1 << 16) - 1], Headers.empty(), result);
      return result.count();
    }
  }

  /** Routes while nothing changes. */
  @Benchmark
  @Group("quiet")
  @GroupThreads(1)
  public int quietRoute(Shared shared, Reader reader) {
    return reader.route(shared);
  }

  /** Routes while about a thousand bindings a second come and go. */
  @Benchmark
  @Group("paced")
  @GroupThreads(1)
  public int pacedRoute(Shared shared, Reader reader) {
    return reader.route(shared);
  }

  /** Binds, unbinds and waits a millisecond; its time means nothing. */
  @Benchmark
  @Group("paced")
  @GroupThreads(1)
  public void pacedChange(Shared shared) {
    shared.change();
    LockSupport.parkNanos(1_000_000);
  }

  /** Routes while another thread changes as fast as it can. */
  @Benchmark
  @Group("storm")
  @GroupThreads(1)
  public int stormRoute(Shared shared, Reader reader) {
    return reader.route(shared);
  }

  /** One bind and one unbind, with a reader beside it. */
  @Benchmark
  @Group("storm")
  @GroupThreads(1)
  public void stormChange(Shared shared) {
    shared.change();
  }
}
