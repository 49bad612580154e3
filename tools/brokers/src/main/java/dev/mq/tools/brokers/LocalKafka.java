package dev.mq.tools.brokers;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A single-node Kafka in KRaft mode, as a process on this machine.
 *
 * <p>It takes PLAINTEXT connections on 127.0.0.1, does not create topics by itself, keeps its
 * internal topics on one partition, and has group heartbeats and assignments at intervals that suit
 * tests.
 */
public final class LocalKafka extends ProcessBroker implements KafkaBroker {
  private static final String READY = "Kafka Server started";

  private final int port;

  private LocalKafka(Guard guard, Builder builder, int port) {
    super(guard, builder.startTimeout, READY);
    this.port = port;
  }

  /** Returns a builder with the settings for tests. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns whether the server's jars are here. */
  static boolean isInstalled() {
    return KafkaLibs.classPath().isPresent();
  }

  @Override
  public BrokerKind kind() {
    return BrokerKind.KAFKA;
  }

  @Override
  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  /** Returns the port clients connect to. */
  public int port() {
    return port;
  }

  @Override
  boolean answers(int timeoutMillis) {
    return Probe.kafka("127.0.0.1", port, timeoutMillis);
  }

  /** Collects the settings of a {@link LocalKafka}. Not thread-safe. */
  public static final class Builder {
    private final Map<String, String> properties = new LinkedHashMap<>();
    private final List<String> jvmOptions = new ArrayList<>();
    private boolean stockTimings;
    private String maxHeap = "512m";
    private Duration startTimeout = Duration.ofSeconds(60);

    private Builder() {}

    /** Leaves the intervals of heartbeats, sessions and assignments at the broker's defaults. */
    public Builder stockTimings() {
      stockTimings = true;
      return this;
    }

    /** Sets one server property, over what this class would set. */
    public Builder property(String name, String value) {
      properties.put(requireNonNull(name, "name"), requireNonNull(value, "value"));
      return this;
    }

    /** Sets the largest heap in the JVM's notation; the default is {@code 512m}. */
    public Builder maxHeap(String size) {
      maxHeap = requireNonNull(size, "size");
      return this;
    }

    /** Adds an option for the broker's JVM. */
    public Builder jvmOption(String option) {
      jvmOptions.add(requireNonNull(option, "option"));
      return this;
    }

    /** Sets how long a start may take; the default is one minute. */
    public Builder startTimeout(Duration timeout) {
      startTimeout = requireNonNull(timeout, "timeout");
      return this;
    }

    /**
     * Starts a broker on free ports and waits until it serves clients.
     *
     * @throws BrokerException if the server's jars are missing or it does not start
     */
    public LocalKafka start() {
      String classPath =
          KafkaLibs.classPath()
              .orElseThrow(() -> new BrokerException("missing: " + KafkaLibs.howToInstall()));
      Guard guard = Guard.open("kafka");
      try {
        LocalKafka kafka = new LocalKafka(guard, this, Ports.free());
        prepare(kafka, classPath);
        kafka.start();
        return kafka;
      } catch (RuntimeException e) {
        guard.close();
        throw e;
      }
    }

    private void prepare(LocalKafka kafka, String classPath) {
      Guard guard = kafka.guard;
      String data = guard.directory().resolve("data").toString();
      Map<String, String> all = KafkaSettings.common();
      if (!stockTimings) {
        all.putAll(KafkaSettings.fastTimings());
      }
      all.putAll(KafkaSettings.loopback(kafka.port, Ports.free(), data));
      all.putAll(properties);
      Path file = guard.write("server.properties", KafkaSettings.toFile(all));
      Path logging = guard.write("log4j2.properties", LOGGING);

      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.add("-Xmx" + maxHeap);
      command.addAll(List.of("-XX:+UseSerialGC", "-XX:-UsePerfData", "-Djava.awt.headless=true"));
      command.add("-Dlog4j2.configurationFile=" + logging);
      command.addAll(jvmOptions);
      command.addAll(List.of("-cp", classPath, KafkaLauncher.class.getName()));
      command.addAll(List.of(file.toString(), data));
      // Options meant for this JVM, such as an agent, are not meant for the broker's.
      Map<String, String> environment = new LinkedHashMap<>();
      environment.put("JAVA_TOOL_OPTIONS", "");
      environment.put("CLASSPATH", "");
      guard.write(MAIN + ".sh", Shell.script(environment, command));
    }

    private static final String LOGGING =
        """
        rootLogger.level=INFO
        rootLogger.appenderRefs=console
        rootLogger.appenderRef.console.ref=console
        appender.console.type=Console
        appender.console.name=console
        appender.console.layout.type=PatternLayout
        appender.console.layout.pattern=%d{ISO8601} %p %c{1} %m%n
        """;
  }
}
