package dev.mq.tools.brokers;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A RabbitMQ node with the stream plugin, as a process on this machine.
 *
 * <p>It listens on 127.0.0.1 only, knows the user {@code guest} with the password {@code guest},
 * and shares neither its name, its cookie nor its port mapper with any other node.
 */
public final class LocalRabbit extends ProcessBroker implements RabbitBroker {
  private static final String READY = "Server startup complete";
  private static final String PORT_MAPPER = "epmd";

  private final int amqpPort;
  private final int streamPort;

  private LocalRabbit(Guard guard, Builder builder, int amqpPort, int streamPort) {
    super(guard, builder.startTimeout, READY);
    this.amqpPort = amqpPort;
    this.streamPort = streamPort;
  }

  /** Returns a builder with the settings for tests. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns whether a RabbitMQ server is installed here. */
  static boolean isInstalled() {
    return RabbitInstallation.serverScript().isPresent();
  }

  @Override
  public BrokerKind kind() {
    return BrokerKind.RABBIT;
  }

  @Override
  public URI amqpUri() {
    return URI.create("amqp://guest:guest@127.0.0.1:" + amqpPort);
  }

  @Override
  public URI streamUri() {
    return URI.create("rabbitmq-stream://guest:guest@127.0.0.1:" + streamPort);
  }

  /** Returns the port for AMQP 0-9-1. */
  public int amqpPort() {
    return amqpPort;
  }

  /** Returns the port for the stream protocol. */
  public int streamPort() {
    return streamPort;
  }

  @Override
  boolean answers(int timeoutMillis) {
    return Probe.rabbit("127.0.0.1", amqpPort, timeoutMillis)
        && Probe.connects("127.0.0.1", streamPort, timeoutMillis);
  }

  /** Collects the settings of a {@link LocalRabbit}. Not thread-safe. */
  public static final class Builder {
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final Set<String> plugins = new LinkedHashSet<>(List.of("rabbitmq_stream"));
    private Duration startTimeout = Duration.ofSeconds(90);

    private Builder() {}

    /** Sets one entry of {@code rabbitmq.conf}, over what this class would set. */
    public Builder setting(String name, String value) {
      settings.put(requireNonNull(name, "name"), requireNonNull(value, "value"));
      return this;
    }

    /** Enables one more plugin; {@code rabbitmq_stream} always is. */
    public Builder plugin(String name) {
      plugins.add(requireNonNull(name, "name"));
      return this;
    }

    /** Sets how long a start may take; the default is one and a half minutes. */
    public Builder startTimeout(Duration timeout) {
      startTimeout = requireNonNull(timeout, "timeout");
      return this;
    }

    /**
     * Starts a node on free ports and waits until it serves clients.
     *
     * @throws BrokerException if no RabbitMQ is installed or it does not start
     */
    public LocalRabbit start() {
      Path script =
          RabbitInstallation.serverScript()
              .orElseThrow(
                  () -> new BrokerException("missing: " + RabbitInstallation.howToInstall()));
      Guard guard = Guard.open("rabbit");
      try {
        LocalRabbit rabbit = new LocalRabbit(guard, this, Ports.free(), Ports.free());
        prepare(rabbit, script);
        // It outlives stops and kills of the node, as the port mapper of a real machine does.
        guard.run(PORT_MAPPER);
        rabbit.start();
        return rabbit;
      } catch (RuntimeException e) {
        guard.close();
        throw e;
      }
    }

    private void prepare(LocalRabbit rabbit, Path script) {
      Guard guard = rabbit.guard;
      Path home = guard.directory();
      int mapperPort = Ports.free();
      Map<String, String> environment = new LinkedHashMap<>();
      environment.put("HOME", home.toString());
      environment.put("ERL_EPMD_ADDRESS", "127.0.0.1");
      environment.put("ERL_EPMD_PORT", Integer.toString(mapperPort));
      guard.write(
          PORT_MAPPER + ".sh",
          Shell.script(environment, List.of("epmd", "-port", Integer.toString(mapperPort))));

      Map<String, String> all = conf(rabbit);
      all.putAll(settings);
      environment.put("NOTIFY_SOCKET", "");
      environment.put("RABBITMQ_NODENAME", "mq" + rabbit.amqpPort + "@localhost");
      environment.put("RABBITMQ_NODE_PORT", Integer.toString(rabbit.amqpPort));
      environment.put("RABBITMQ_DIST_PORT", Integer.toString(Ports.free()));
      environment.put("RABBITMQ_MNESIA_BASE", home.resolve("data").toString());
      environment.put("RABBITMQ_LOG_BASE", home.resolve("log").toString());
      environment.put("RABBITMQ_PID_FILE", home.resolve("rabbit.pid").toString());
      environment.put("RABBITMQ_CONF_ENV_FILE", guard.write("env.conf", "").toString());
      environment.put(
          "RABBITMQ_ENABLED_PLUGINS_FILE",
          guard.write("enabled_plugins", "[" + String.join(",", plugins) + "].\n").toString());
      environment.put(
          "RABBITMQ_CONFIG_FILE",
          guard
              .write(
                  "rabbitmq.conf",
                  all.entrySet().stream()
                      .map(e -> e.getKey() + " = " + e.getValue() + "\n")
                      .collect(Collectors.joining()))
              .toString());
      // With input allowed the script becomes the node; otherwise it stays between us and the node.
      environment.put("RABBITMQ_ALLOW_INPUT", "1");
      environment.put(
          "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
          "-noinput -start_epmd false +sbwt none +sbwtdcpu none +sbwtdio none"
              + " -kernel inet_dist_use_interface {127,0,0,1}");
      guard.write(MAIN + ".sh", Shell.script(environment, List.of(script.toString())));
    }

    private static Map<String, String> conf(LocalRabbit rabbit) {
      Map<String, String> c = new LinkedHashMap<>();
      c.put("listeners.tcp.1", "127.0.0.1:" + rabbit.amqpPort);
      c.put("stream.listeners.tcp.1", "127.0.0.1:" + rabbit.streamPort);
      c.put("stream.advertised_host", "127.0.0.1");
      c.put("stream.advertised_port", Integer.toString(rabbit.streamPort));
      c.put("loopback_users", "none");
      c.put("log.console", "true");
      c.put("log.console.level", "info");
      c.put("log.file", "false");
      c.put("disk_free_limit.absolute", "50MB");
      return c;
    }
  }
}
