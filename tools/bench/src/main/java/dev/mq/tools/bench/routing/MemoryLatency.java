package dev.mq.tools.bench.routing;

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

/**
 * The unit in which routing tables are counted: one fetch from memory of a size, at a place known
 * only from the fetch before it. Every step goes to another cache line, in random order.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms4g", "-Xmx4g"})
public class MemoryLatency {
  private static final int LINE_INTS = 16;

  /** Size of the memory in megabytes. */
  @Param({"1", "16", "64", "128"})
  public int megabytes;

  private int[] next = new int[1];
  private int at;

  /** Links all lines in one random circle. */
  @Setup(Level.Trial)
  public void setUp() {
    int lines = megabytes << 14;
    int[] order = new int[lines];
    Random random = new Random(7);
    for (int i = 0; i < lines; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    next = new int[lines * LINE_INTS];
    for (int i = 0; i < lines; i++) {
      next[order[i] * LINE_INTS] = order[(i + 1) % lines] * LINE_INTS;
    }
  }

  /** Fetches one line. */
  @Benchmark
  public int dependent() {
    at = next[at];
    return at;
  }
}
