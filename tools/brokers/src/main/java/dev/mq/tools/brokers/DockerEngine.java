package dev.mq.tools.brokers;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Brokers in containers of the official images, run by the {@code docker} command under a guard.
 *
 * <p>They can be used and closed only: a {@link LocalBroker} is needed to stop, kill or pause one.
 */
final class DockerEngine {
  private static final String KAFKA_IMAGE = "apache/kafka:4.4.0";
  private static final String RABBIT_IMAGE = "rabbitmq:4";

  /** A directory inside the container that its user may write. */
  private static final String CONTAINER_LOGS = "/tmp/kafka-logs";

  private static final Duration START_TIMEOUT = Duration.ofMinutes(5);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private DockerEngine() {}

  static boolean isReachable() {
    try {
      Process process =
          new ProcessBuilder("docker", "version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      boolean ended = process.waitFor(10, TimeUnit.SECONDS);
      process.destroyForcibly();
      return ended && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  static KafkaBroker kafka() {
    int port = Ports.free();
    Map<String, String> properties = KafkaSettings.common();
    properties.putAll(KafkaSettings.fastTimings());
    properties.putAll(KafkaSettings.loopback(port, Ports.free(), CONTAINER_LOGS));
    // Inside the container the loopback interface is its own.
    properties.computeIfPresent(
        "listeners", (k, v) -> v.replace("PLAINTEXT://127.0.0.1", "PLAINTEXT://0.0.0.0"));
    List<String> options = new ArrayList<>();
    properties.forEach(
        (name, value) -> {
          options.add("-e");
          options.add("KAFKA_" + name.toUpperCase(Locale.ROOT).replace('.', '_') + "=" + value);
        });
    options.addAll(List.of("-p", "127.0.0.1:" + port + ":" + port, KAFKA_IMAGE));
    Guard guard = run("kafka", options, () -> Probe.kafka("127.0.0.1", port, 1_000));
    return new DockerKafka(guard, "127.0.0.1:" + port);
  }

  static RabbitBroker rabbit() {
    int amqp = Ports.free();
    int stream = Ports.free();
    List<String> options =
        List.of(
            "-p",
            "127.0.0.1:" + amqp + ":5672",
            "-p",
            "127.0.0.1:" + stream + ":" + stream,
            "-e",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-rabbitmq_stream tcp_listeners ["
                + stream
                + "]"
                + " -rabbitmq_stream advertised_host <<\"127.0.0.1\">>"
                + " -rabbitmq_stream advertised_port "
                + stream
                + " -rabbit loopback_users []",
            RABBIT_IMAGE,
            "sh",
            "-c",
            "echo '[rabbitmq_stream].' > /etc/rabbitmq/enabled_plugins"
                + " && exec docker-entrypoint.sh rabbitmq-server");
    Guard guard =
        run(
            "rabbit",
            options,
            () ->
                Probe.rabbit("127.0.0.1", amqp, 1_000)
                    && Probe.connects("127.0.0.1", stream, 1_000));
    return new DockerRabbit(
        guard,
        URI.create("amqp://guest:guest@127.0.0.1:" + amqp),
        URI.create("rabbitmq-stream://guest:guest@127.0.0.1:" + stream));
  }

  private static Guard run(String prefix, List<String> options, BooleanSupplier answers) {
    Guard guard = Guard.open(prefix);
    try {
      String name = guard.directory().getFileName().toString();
      List<String> command = new ArrayList<>(List.of("docker", "run", "--rm", "--name", name));
      command.addAll(options);
      guard.write("broker.sh", Shell.script(Map.of(), command));
      guard.write("cleanup.sh", Shell.script(Map.of(), List.of("docker", "rm", "-f", "-v", name)));
      Guard.Child child = guard.run("broker");
      long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
      while (!answers.getAsBoolean()) {
        if (!child.isAlive() || System.nanoTime() - deadline >= 0) {
          throw new BrokerException(
              "the " + prefix + " container did not get ready:\n" + guard.tail("broker"));
        }
        LockSupport.parkNanos(POLL_NANOS);
      }
      return guard;
    } catch (RuntimeException e) {
      guard.close();
      throw e;
    }
  }

  private record DockerKafka(Guard guard, String bootstrapServers) implements KafkaBroker {
    @Override
    public Origin origin() {
      return Origin.DOCKER;
    }

    @Override
    public void close() {
      guard.close();
    }
  }

  private record DockerRabbit(Guard guard, URI amqpUri, URI streamUri) implements RabbitBroker {
    @Override
    public Origin origin() {
      return Origin.DOCKER;
    }

    @Override
    public void close() {
      guard.close();
    }
  }
}
