package dev.mq.examples.pipeline;

import static java.util.Objects.requireNonNullElse;

import dev.mq.api.LogRecord;
import dev.mq.api.Message;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Says at the end what happened, in lines that fit on one screen. */
final class Summary {
  private static final List<String> STAGES =
      List.of("analytics", "fraud", "fulfilment", "email", "pdf");
  private static final int MOST_NAMED = 3;

  private final RunResult run;
  private final PrintStream out;

  Summary(RunResult run, PrintStream out) {
    this.run = run;
    this.out = out;
  }

  void print() {
    row("stage", "in", "out", "retried", "dead-lettered", "");
    row("log", run.orders().size(), run.replayed().size(), "", "", "orders in, records out");
    for (String stage : STAGES) {
      row(stage, in(stage), out(stage), retried(stage), dead(stage), meaning(stage));
    }
    out.println();
    STAGES.forEach(this::workers);
    out.println();
    redelivered();
    run.dead().stream().limit(MOST_NAMED).forEach(this::deadLetter);
    if (run.dead().size() > MOST_NAMED) {
      line("", (run.dead().size() - MOST_NAMED) + " more in the dead-letter queue");
    }
    replay();
  }

  private long in(String stage) {
    return entries(stage).stream().map(entry -> entry.order).distinct().count();
  }

  private long out(String stage) {
    return stage.equals("fraud")
        ? run.world().desk().reported().size()
        : entries(stage).stream()
            .filter(entry -> entry.done)
            .map(entry -> entry.order)
            .distinct()
            .count();
  }

  private long retried(String stage) {
    return entries(stage).stream().filter(entry -> entry.failures > 0).count();
  }

  private long dead(String stage) {
    return run.dead().stream()
        .filter(message -> header(message, "mq-dead-queue").endsWith("." + stage))
        .count();
  }

  private static String meaning(String stage) {
    return switch (stage) {
      case "analytics" -> "rows in the sales table";
      case "fraud" -> "reported as suspicious";
      case "fulfilment" -> "published to the topic exchange";
      case "email" -> "mails";
      default -> "invoices";
    };
  }

  private void workers(String stage) {
    Map<String, Long> byWorker =
        entries(stage).stream()
            .filter(entry -> entry.done)
            .collect(
                Collectors.groupingBy(entry -> entry.worker, TreeMap::new, Collectors.counting()));
    String counts =
        byWorker.entrySet().stream()
            .map(count -> count.getKey() + " " + count.getValue() + fate(count.getKey()))
            .collect(Collectors.joining(", "));
    line(stage, counts.isEmpty() ? "nothing done" : counts);
  }

  private String fate(String worker) {
    Crash.Victim victim = run.victim();
    if (victim != null && victim.worker().equals(worker)) {
      return " (killed)";
    }
    return switch (worker) {
      case Run.LEAVER -> " (left)";
      case Run.JOINER -> " (joined)";
      default -> "";
    };
  }

  private void redelivered() {
    Crash.Victim victim = run.victim();
    if (victim == null) {
      return;
    }
    String then =
        Journal.takenAfter(victim, run.entries()).stream()
            .findFirst()
            .map(
                entry ->
                    entry.worker
                        + " got it "
                        + (entry.redelivered ? "flagged redelivered" : "as if it were new")
                        + "; mailed once")
            .orElse("nobody got it again");
    line(
        "redelivered",
        "order " + victim.order() + ": " + victim.worker() + " was killed holding it, " + then);
  }

  private void deadLetter(Message message) {
    line(
        "poison",
        "order "
            + Journal.orderOf(message)
            + ": in the dead-letter queue after "
            + message.headers().number("mq-failures", 0)
            + " failures, "
            + header(message, "mq-dead-reason")
            + ", "
            + header(message, "mq-dead-error"));
  }

  private void replay() {
    Totals live = run.world().sales().totals();
    Totals again = Totals.of(run.replayed().stream().map(LogRecord::body).toList());
    line(
        "replay",
        run.replayed().size()
            + " records from the beginning: "
            + euros(again)
            + " paid in "
            + again.paidByCountry().size()
            + " countries; analytics counted "
            + (again.equals(live) ? "the same" : euros(live)));
  }

  private static String euros(Totals totals) {
    return String.format(Locale.ROOT, "%,.2f EUR", totals.paidCents() / 100.0);
  }

  private static String header(Message message, String name) {
    return requireNonNullElse(message.headers().text(name), "?");
  }

  private List<Journal.Entry> entries(String stage) {
    return run.entries().stream().filter(entry -> entry.stage().equals(stage)).toList();
  }

  private void row(String stage, Object in, Object out, Object retried, Object dead, String what) {
    this.out.println(
        String.format("%-12s %7s %7s %9s %15s   %s", stage, in, out, retried, dead, what)
            .stripTrailing());
  }

  private void line(String head, String text) {
    out.println(String.format("%-12s %s", head, text));
  }
}
