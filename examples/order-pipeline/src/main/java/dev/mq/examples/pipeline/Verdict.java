package dev.mq.examples.pipeline;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The last lines of the demo: where to go from here, or what went wrong with which order. */
final class Verdict {
  private static final int MOST_EXPLAINED = 10;
  private static final int MOST_NAMED = 30;

  private Verdict() {}

  static void ok(PrintStream out, String backend) {
    String other = backend.equals("inmemory") ? "rabbit" : "inmemory";
    out.println("On another broker, the same jar with one property changed: mq.backend=" + other);
    out.println("Next, see it notice a broker that lies: ./mq demo --sabotage lose");
    out.println("demo: OK");
  }

  static void failed(PrintStream out, Map<String, List<String>> problems) {
    problems.entrySet().stream()
        .limit(MOST_EXPLAINED)
        .forEach(
            problem ->
                out.println(problem.getKey() + ": " + String.join("; ", problem.getValue())));
    if (problems.size() > MOST_EXPLAINED) {
      out.println("and " + (problems.size() - MOST_EXPLAINED) + " more");
    }
    out.println(
        "demo: FAILED "
            + problems.keySet().stream().limit(MOST_NAMED).collect(Collectors.joining(" "))
            + (problems.size() > MOST_NAMED ? " ..." : ""));
  }
}
