package dev.mq.tools.cli;

import dev.mq.api.Broker;
import dev.mq.api.BrokerConfig;
import dev.mq.tools.cli.Failures.UsageException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Says which queues messages would reach. */
@Command(
    name = "route",
    description = {
      "Says which queues messages reach, and why; one JSON line per message.",
      "Reads {\"exchanges\":[{\"name\",\"type\",\"alternate\"?}],",
      " \"bindings\":[{\"exchange\",\"queue\"|\"toExchange\",\"key\",\"arguments\"?}],",
      " \"messages\":[{\"exchange\",\"key\",\"headers\"?}]}"
    },
    mixinStandardHelpOptions = true)
final class RouteCommand implements Callable<Integer> {
  private final InputStream in;
  private final PrintStream out;
  private final PrintStream err;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "Where the document is; else it is read from standard input.")
  private @Nullable Path file;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description =
          "Ask this backend, with a topology under temporary names, instead of the tables; a RabbitMQ or Kafka"
              + " without a configured address is started here.")
  private @Nullable String backend;

  RouteCommand(InputStream in, PrintStream out, PrintStream err) {
    this.in = in;
    this.out = out;
    this.err = err;
  }

  @Override
  public Integer call() {
    RouteDocument document = RouteDocument.parse(read());
    List<RouteAnswer> answers =
        backend == null ? TableRouter.route(document) : ask(backend, document);
    answers.forEach(answer -> out.println(Json.write(answer)));
    return 0;
  }

  private List<RouteAnswer> ask(String name, RouteDocument document) {
    try (LocalBackends local = LocalBackends.forCommand(List.of(name), err)) {
      BrokerConfig config =
          BrokerConfig.builder()
              .setAll(local.settings())
              .set("mq.backend", name)
              .set("mq.topology", "apply")
              .build();
      try (Broker broker = Broker.open(config)) {
        return BrokerRouter.route(document, broker);
      }
    }
  }

  private String read() {
    try {
      byte[] bytes = file == null ? in.readAllBytes() : Files.readAllBytes(file);
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw new UsageException("file " + file + " does not exist");
    } catch (IOException e) {
      throw new UsageException(
          (file == null ? "standard input" : "file " + file)
              + " cannot be read: "
              + e.getMessage());
    }
  }
}
