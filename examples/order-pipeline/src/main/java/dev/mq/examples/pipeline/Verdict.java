package dev.mq.examples.pipeline;

import dev.mq.spi.BackendProvider;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The last lines of the demo: where to go from here, or what went wrong with which order. */
final class Verdict {
  private static final int MOST_EXPLAINED = 10;
  private static final int MOST_NAMED = 30;

  private Verdict() {}

  /**
   * Says how to go on: on another broker if there is one on the class path, else by breaking this
   * one.
   */
  static void ok(PrintStream out, String backend) {
    Set<String> others = new TreeSet<>(Set.of("inmemory", "rabbit", "kafka"));
    others.remove(backend);
    Set<String> here = new TreeSet<>(others);
    here.retainAll(backendsHere());
    out.println(
        "The same jar on another broker is one property: mq.backend="
            + String.join(" or mq.backend=", here.isEmpty() ? others : here)
            + (here.isEmpty() ? " (not in this build yet)" : ""));
    out.println(
        here.isEmpty()
            ? "Next, see it catch a broker that lies: ./mq demo --sabotage lose"
            : "Next, see it run there: ./mq demo --backend " + here.iterator().next());
    out.println("demo: OK");
  }

  private static Set<String> backendsHere() {
    return ServiceLoader.load(BackendProvider.class).stream()
        .map(provider -> provider.get().name())
        .collect(Collectors.toSet());
  }

  /** Says what is wrong with which order, and names the orders in the last line. */
  static void failed(PrintStream out, Map<String, List<String>> problems) {
    problems.entrySet().stream()
        .limit(MOST_EXPLAINED)
        .forEach(order -> out.println(order.getKey() + ": " + String.join("; ", order.getValue())));
    if (problems.size() > MOST_EXPLAINED) {
      out.println("and " + (problems.size() - MOST_EXPLAINED) + " more");
    }
    List<String> orders =
        problems.keySet().stream().filter(order -> !order.equals(Checks.NO_ORDER)).toList();
    out.println(
        "demo: FAILED "
            + (orders.isEmpty() ? Checks.NO_ORDER : "")
            + orders.stream().limit(MOST_NAMED).collect(Collectors.joining(" "))
            + (orders.size() > MOST_NAMED ? " and " + (orders.size() - MOST_NAMED) + " more" : ""));
  }
}
