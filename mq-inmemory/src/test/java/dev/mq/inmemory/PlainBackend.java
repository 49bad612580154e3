package dev.mq.inmemory;

import dev.mq.api.Broker;
import dev.mq.api.BrokerConfig;
import dev.mq.api.BrokerListener;
import dev.mq.api.Capabilities;
import dev.mq.api.LogSpec;
import dev.mq.api.Message;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.api.QueueSpec;
import dev.mq.inmemory.internal.InMemorySession;
import dev.mq.spi.BackendContext;
import dev.mq.spi.BackendLog;
import dev.mq.spi.BackendProvider;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.BackendSession;
import dev.mq.spi.ConfigKey;
import dev.mq.spi.ErrorClass;
import dev.mq.spi.GroupListener;
import dev.mq.spi.GroupMember;
import dev.mq.spi.LogDriver;
import dev.mq.spi.PublishChannel;
import dev.mq.spi.QueueDriver;
import dev.mq.spi.QueueSubscription;
import dev.mq.spi.QueueTraits;
import dev.mq.spi.RecordSource;
import dev.mq.spi.Spi;
import dev.mq.spi.SubscribeOptions;
import dev.mq.spi.SubscriptionListener;
import dev.mq.spi.TimeSource;
import dev.mq.spi.TopologyLog;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The engine as a system that neither counts failures nor delays retries, so that the runtime does
 * both. Found by a class loader of its own: no other test sees it.
 */
public final class PlainBackend implements BackendProvider {
  static final String NAME = "plain";
  private static final ConfigKey<String> ENGINE =
      ConfigKey.text("mq.plain.engine", null, "Name of the engine.");
  private static final ConfigKey<Boolean> LOGS =
      ConfigKey.flag("mq.plain.logs", true, "Whether it has logs.");
  private static final Map<String, List<Positions>> TRIMS = new ConcurrentHashMap<>();

  /** Creates the provider. */
  public PlainBackend() {}

  /** Opens a broker of a name on an engine. */
  static Broker open(InMemoryEngine engine, String broker, BrokerListener listener) {
    return open(engine, broker, true, listener);
  }

  static Broker open(InMemoryEngine engine, String broker, boolean logs, BrokerListener listener) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(new Services(before));
    try {
      return Broker.open(
          BrokerConfig.builder()
              .isolated()
              .name(broker)
              .set("mq.brokers." + broker + ".backend", NAME)
              .set(ENGINE.name(), engine.name())
              .set(LOGS.name(), Boolean.toString(logs))
              .listener(listener)
              .build());
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /** Returns below which positions logs of an engine were to be trimmed. */
  static List<Positions> trims(InMemoryEngine engine) {
    return TRIMS.computeIfAbsent(engine.name(), n -> new CopyOnWriteArrayList<>());
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int spiVersion() {
    return Spi.VERSION;
  }

  @Override
  public List<ConfigKey<?>> keys() {
    return List.of(ENGINE, LOGS);
  }

  @Override
  public BackendSession open(BackendContext context) {
    InMemoryEngine engine = InMemoryEngine.named(context.config().get(ENGINE));
    InMemorySession session =
        new InMemorySession(engine.internal(), context, engine, 1 << 20, Duration.ofSeconds(45));
    return new Session(session, context.config().get(LOGS), trims(engine));
  }

  private record Session(BackendSession engine, boolean hasLogs, List<Positions> trims)
      implements BackendSession {
    @Override
    public Capabilities capabilities() {
      return engine.capabilities();
    }

    @Override
    public Optional<TimeSource> timeSource() {
      return engine.timeSource();
    }

    @Override
    public PublishChannel openPublisher() {
      return engine.openPublisher();
    }

    @Override
    public Optional<QueueDriver> queues() {
      return engine.queues().map(Queues::new);
    }

    @Override
    public Optional<LogDriver> logs() {
      return hasLogs ? engine.logs().map(l -> new Logs(l, trims)) : Optional.empty();
    }

    @Override
    public Optional<TopologyLog> topologyLog() {
      return engine.topologyLog();
    }

    @Override
    public String healthProblem() {
      return engine.healthProblem();
    }

    @Override
    public ErrorClass classify(Throwable error) {
      return engine.classify(error);
    }

    @Override
    public void close(Duration timeout) {
      engine.close(timeout);
    }
  }

  private record Queues(QueueDriver engine) implements QueueDriver {
    @Override
    public QueueTraits traits() {
      return new QueueTraits(false);
    }

    @Override
    public BackendQueue create(QueueSpec spec, String incarnation) {
      return engine.create(spec, incarnation);
    }

    @Override
    public BackendQueue open(String name, String incarnation) {
      return engine.open(name, incarnation);
    }

    @Override
    public void delete(String name, String incarnation) {
      engine.delete(name, incarnation);
    }

    @Override
    public long depth(BackendQueue queue) {
      return engine.depth(queue);
    }

    @Override
    public long purge(BackendQueue queue) {
      return engine.purge(queue);
    }

    @Override
    public Optional<List<Message>> browse(BackendQueue queue, int max) {
      return engine.browse(queue, max);
    }

    @Override
    public QueueSubscription subscribe(
        BackendQueue queue, SubscribeOptions options, SubscriptionListener listener) {
      return engine.subscribe(queue, options, listener);
    }
  }

  private record Logs(LogDriver engine, List<Positions> trims) implements LogDriver {
    @Override
    public BackendLog create(LogSpec spec) {
      return engine.create(spec);
    }

    @Override
    public Optional<LogSpec> describe(String name) {
      return engine.describe(name);
    }

    @Override
    public BackendLog open(String name) {
      return engine.open(name);
    }

    @Override
    public void delete(String name) {
      engine.delete(name);
    }

    @Override
    public void addPartitions(BackendLog log, int total) {
      engine.addPartitions(log, total);
    }

    @Override
    public Positions begin(BackendLog log) {
      return engine.begin(log);
    }

    @Override
    public Positions end(BackendLog log) {
      return engine.end(log);
    }

    @Override
    public Positions at(BackendLog log, Instant time) {
      return engine.at(log, time);
    }

    @Override
    public Positions committed(BackendLog log, String group) {
      return engine.committed(log, group);
    }

    @Override
    public void reset(BackendLog log, String group, Positions positions) {
      engine.reset(log, group, positions);
    }

    @Override
    public void trim(BackendLog log, Positions below) {
      trims.add(below);
    }

    @Override
    public RecordSource reader(BackendLog log, int maxRecords) {
      return engine.reader(log, maxRecords);
    }

    @Override
    public GroupMember join(
        BackendLog log, String group, Position start, int maxRecords, GroupListener listener) {
      return engine.join(log, group, start, maxRecords, listener);
    }
  }

  /** Adds this provider to those that the parent sees. */
  private static final class Services extends ClassLoader {
    private static final String FILE = "META-INF/services/" + BackendProvider.class.getName();

    Services(ClassLoader parent) {
      super(parent);
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
      List<URL> all = new ArrayList<>(Collections.list(super.getResources(name)));
      if (name.equals(FILE)) {
        all.add(new URL(null, "plain:services", new Text(PlainBackend.class.getName())));
      }
      return Collections.enumeration(all);
    }
  }

  /** Opens as a text. */
  private static final class Text extends URLStreamHandler {
    private final String text;

    Text(String text) {
      this.text = text;
    }

    @Override
    protected URLConnection openConnection(URL url) {
      return new URLConnection(url) {
        @Override
        public void connect() {}

        @Override
        public InputStream getInputStream() {
          return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        }
      };
    }
  }
}
