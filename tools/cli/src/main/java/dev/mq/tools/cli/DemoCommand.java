package dev.mq.tools.cli;

import dev.mq.examples.pipeline.Demo;
import dev.mq.examples.pipeline.DemoOptions;
import dev.mq.examples.pipeline.sabotage.Sabotage;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs the order pipeline of the examples. */
@Command(
    name = "demo",
    description = {
      "Runs an order pipeline: an event log feeds three services and a task queue of workers.",
      "Without options it runs on the embedded engine, or on what mq.backend says.",
      "A RabbitMQ or Kafka without a configured address is started here and ended with the program."
    },
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private final PrintStream out;
  private final PrintStream err;

  @Option(
      names = "--orders",
      paramLabel = "FILE",
      description = "Orders as JSON lines; 1000 come with the program.")
  private @Nullable Path orders;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description = "Run on this backend: inmemory, rabbit, kafka.")
  private @Nullable String backend;

  @Option(
      names = "--events",
      paramLabel = "NAME",
      description = "Keep the event log on this backend; with --tasks.")
  private @Nullable String events;

  @Option(
      names = "--tasks",
      paramLabel = "NAME",
      description = "Keep the task queues on this backend; with --events.")
  private @Nullable String tasks;

  @Option(
      names = "--sabotage",
      paramLabel = "HOW",
      description =
          "Break the embedded engine on purpose (lose, duplicate, misroute): the demo must notice.")
  private @Nullable Sabotage sabotage;

  DemoCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  @Override
  public Integer call() {
    DemoOptions options = new DemoOptions(orders, sabotage, backend, events, tasks, Map.of());
    if (options.problem() != null || sabotage != null) {
      return Demo.run(options, out, err);
    }
    List<@Nullable String> backends = new ArrayList<>();
    backends.add(events == null ? backend : events);
    if (tasks != null) {
      backends.add(tasks);
    }
    try (LocalBackends local = LocalBackends.forCommand(backends, out)) {
      return Demo.run(options.with(local.settings()), out, err);
    }
  }
}
