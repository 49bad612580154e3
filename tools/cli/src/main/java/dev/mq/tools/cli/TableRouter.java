package dev.mq.tools.cli;

import dev.mq.core.routing.DryRun;
import dev.mq.tools.cli.RouteDocument.Question;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Routes by the tables the runtime routes by, without a broker. */
final class TableRouter {
  private TableRouter() {}

  static List<RouteAnswer> route(RouteDocument document) {
    DryRun tables = new DryRun(document.exchanges(), document.bindings());
    List<RouteAnswer> answers = new ArrayList<>();
    for (Question question : document.messages()) {
      answers.add(
          answer(
              question,
              tables.route(
                  new DryRun.Message(question.exchange(), question.key(), question.headers()))));
    }
    return answers;
  }

  private static RouteAnswer answer(Question question, DryRun.Answer answer) {
    List<String> queues = new ArrayList<>();
    Set<String> why = new LinkedHashSet<>();
    for (DryRun.Target target : answer.queues()) {
      queues.add(target.queue());
      why.addAll(target.why());
    }
    if (queues.isEmpty()) {
      why.add("no binding leads to a queue");
    }
    return new RouteAnswer(question.exchange(), question.key(), queues, List.copyOf(why));
  }
}
