package dev.mq.tools.bench.routing;

import dev.mq.api.Binding;
import dev.mq.api.Headers;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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

/** The other arm: compares every binding, the way a first version would. Not run at a million bindings. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = {"-Xms4g", "-Xmx4g"})
public class RouteNaive {
  /** Number of bindings. */
  @Param({"10", "1000", "100000"})
  public int bindings;

  private List<Binding> direct = List.of();
  private List<Binding> topic = List.of();
  private List<Binding> headers = List.of();
  private String[] keys = new String[1];
  private int next;

  /** Binds. */
  @Setup(Level.Trial)
  public void setUp() {
    direct = Bindings.direct(bindings).all;
    topic = Bindings.topic(bindings).all;
    headers = Bindings.headers(bindings).all;
    keys = Bindings.topicKeys(bindings, 1 << 16, true);
  }

  /** Direct exchange. */
  @Benchmark
  public Set<String> direct() {
    String key = Bindings.directKey(next++ % bindings);
    Set<String> queues = new HashSet<>();
    for (Binding b : direct) {
      if (b.key().equals(key)) {
        queues.add(b.destination());
      }
    }
    return queues;
  }

  /** Topic exchange. */
  @Benchmark
  public Set<String> topic() {
    String[] words = keys[next++ & keys.length - 1].split("\\.", -1);
    Set<String> queues = new HashSet<>();
    for (Binding b : topic) {
      if (matches(b.key().split("\\.", -1), 0, words, 0)) {
        queues.add(b.destination());
      }
    }
    return queues;
  }

  /** Headers exchange, every binding with {@code x-match=all}. */
  @Benchmark
  public Set<String> headers() {
    Headers message = Bindings.message(next++ % bindings);
    Set<String> queues = new HashSet<>();
    for (Binding b : headers) {
      if (matchesAll(b.arguments(), message)) {
        queues.add(b.destination());
      }
    }
    return queues;
  }

  private static boolean matchesAll(Headers arguments, Headers message) {
    for (int i = 0; i < arguments.size(); i++) {
      Object expected = arguments.valueAt(i);
      if (expected == null || !expected.equals(message.value(arguments.nameAt(i)))) {
        return false;
      }
    }
    return true;
  }

  private static boolean matches(String[] pattern, int p, String[] words, int w) {
    if (p == pattern.length) {
      return w == words.length;
    }
    if (pattern[p].equals("#")) {
      return matches(pattern, p + 1, words, w)
          || w < words.length && matches(pattern, p, words, w + 1);
    }
    return w < words.length
        && (pattern[p].equals("*") || pattern[p].equals(words[w]))
        && matches(pattern, p + 1, words, w + 1);
  }
}
