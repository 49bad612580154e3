package dev.mq.examples.pipeline;

import dev.mq.api.LogRecord;
import dev.mq.api.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compares what was done with what the orders alone say must be done. At least once is what brokers
 * promise, so seeing an order again is fine where it is flagged; an effect that is missing, in the
 * wrong place or there twice is not.
 */
final class Checks {
  static final String NO_ORDER = "(no order)";

  private final RunResult run;
  private final Map<String, List<String>> problems = new TreeMap<>();

  private Checks(RunResult run) {
    this.run = run;
  }

  /** Returns what is wrong, by order. */
  static Map<String, List<String>> problems(RunResult run) {
    Checks checks = new Checks(run);
    checks.log();
    checks.groups();
    checks.tasks();
    checks.deadLetters();
    checks.victim();
    checks.totals();
    return checks.problems;
  }

  static boolean isPoison(Order order) {
    return order.isPaid() && !Printer.canBill(order);
  }

  static boolean getsInvoice(Order order) {
    return order.isPaid() && Printer.canBill(order);
  }

  private void log() {
    Map<String, List<Order>> inLog = new HashMap<>();
    for (LogRecord<Order> record : run.replayed()) {
      inLog.computeIfAbsent(record.body().id(), id -> new ArrayList<>()).add(record.body());
    }
    for (Order order : run.orders()) {
      List<Order> found = inLog.getOrDefault(order.id(), List.of());
      if (found.isEmpty()) {
        problem(order.id(), "append confirmed, but not in the log");
      } else if (found.size() > 1) {
        problem(order.id(), "in the log " + found.size() + " times");
      } else if (!found.get(0).equals(order)) {
        problem(order.id(), "not in the log as it was sent");
      }
    }
  }

  private void groups() {
    Map<String, Set<String>> seen = new HashMap<>();
    for (Journal.Entry entry : run.entries()) {
      seen.computeIfAbsent(entry.stage(), stage -> new HashSet<>()).add(entry.order);
    }
    Set<String> reported = run.world().desk().reported();
    for (Order order : run.orders()) {
      String blind =
          Stream.of("analytics", "fraud", "fulfilment")
              .filter(group -> !seen.getOrDefault(group, Set.of()).contains(order.id()))
              .collect(Collectors.joining(", "));
      if (!blind.isEmpty()) {
        problem(order.id(), "never seen by " + blind);
      }
      if (!run.world().sales().has(order)) {
        problem(order.id(), "not in the sales table");
      }
      if (Fraud.isSuspicious(order) != reported.contains(order.id())) {
        problem(order.id(), reported.contains(order.id()) ? "wrongly suspected" : "not suspected");
      }
    }
  }

  private void tasks() {
    for (Order order : run.orders()) {
      if (!run.world().mail().hasMailed(order)) {
        problem(order.id(), "never mailed");
      }
      boolean printed = run.world().printer().hasPrinted(order);
      if (printed != getsInvoice(order)) {
        problem(order.id(), printed ? "has an invoice, but is not paid" : "has no invoice");
      }
    }
    Map<String, Integer> published = new HashMap<>();
    Map<String, Integer> asNew = new HashMap<>();
    for (Journal.Entry entry : run.entries()) {
      if (entry.stage().equals("fulfilment")) {
        published.merge(entry.order, 1, Integer::sum);
      } else if (!entry.redelivered && entry.failures == 0) {
        asNew.merge(entry.stage() + " " + entry.order, 1, Integer::sum);
      }
    }
    for (Order order : run.orders()) {
      for (String queue : List.of("email", "pdf")) {
        int times = asNew.getOrDefault(queue + " " + order.id(), 0);
        if (times > Math.max(1, published.getOrDefault(order.id(), 0))) {
          problem(order.id(), "came as new " + times + " times from " + queue);
        }
      }
    }
    if (run.waiting() > 0) {
      problem(NO_ORDER, run.waiting() + " tasks were left in the queues");
    }
  }

  private void deadLetters() {
    Map<String, Integer> dead = new HashMap<>();
    for (Message message : run.dead()) {
      dead.merge(Journal.orderOf(message), 1, Integer::sum);
    }
    for (Order order : run.orders()) {
      int times = dead.getOrDefault(order.id(), 0);
      if (times != (isPoison(order) ? 1 : 0)) {
        problem(
            order.id(),
            times == 0
                ? "not in the dead-letter queue"
                : "in the dead-letter queue " + times + " time(s)");
      }
    }
  }

  private void victim() {
    Crash.Victim victim = run.victim();
    if (victim == null) {
      problem(NO_ORDER, "no mail worker took its task, so none was killed");
      return;
    }
    List<Journal.Entry> again = Journal.takenAfter(victim, run.entries());
    if (again.isEmpty()) {
      problem(
          victim.order(), "in the hand of killed " + victim.worker() + ", and never came again");
    } else if (!again.get(0).redelivered) {
      problem(victim.order(), "came again, but not flagged as redelivered");
    }
  }

  /**
   * Totals that differ follow from orders that do; they are news only when no order is to blame.
   */
  private void totals() {
    if (!problems.isEmpty()) {
      return;
    }
    Totals expected = Totals.of(run.orders());
    Totals live = run.world().sales().totals();
    Totals replayed = Totals.of(run.replayed().stream().map(LogRecord::body).toList());
    if (!live.equals(expected) || !replayed.equals(expected)) {
      problem(
          NO_ORDER,
          "analytics counted " + live + ", the replay " + replayed + ", expected " + expected);
    }
  }

  private void problem(String order, String what) {
    problems.computeIfAbsent(order, id -> new ArrayList<>()).add(what);
  }
}
