package dev.mq.core.broker;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Broker;
import dev.mq.api.BrokerConfig;
import dev.mq.api.BrokerEvent;
import dev.mq.api.Capability;
import dev.mq.api.MqException;
import dev.mq.api.Partitioner;
import dev.mq.core.config.Configuration;
import dev.mq.core.config.ConfigurationLoader;
import dev.mq.core.config.Environment;
import dev.mq.core.delay.DelayLog;
import dev.mq.core.discovery.Backends;
import dev.mq.core.log.Partitioners;
import dev.mq.core.produce.Route;
import dev.mq.core.produce.SystemSends;
import dev.mq.core.runtime.EventBus;
import dev.mq.core.runtime.Kernel;
import dev.mq.core.runtime.SystemPublisher;
import dev.mq.core.runtime.SystemTime;
import dev.mq.core.runtime.Threads;
import dev.mq.core.topology.ExchangeTopology;
import dev.mq.core.topology.LogRoute;
import dev.mq.core.topology.NativeTopology;
import dev.mq.core.topology.RoutedTopology;
import dev.mq.spi.BackendConfig;
import dev.mq.spi.BackendContext;
import dev.mq.spi.BackendProvider;
import dev.mq.spi.BackendSession;
import dev.mq.spi.QueueDriver;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Opens one broker: configuration, backend, session, topology; leaves nothing behind when a step
 * fails.
 */
final class BrokerOpener {
  private final BrokerConfig config;

  BrokerOpener(BrokerConfig config) {
    this.config = config;
  }

  Broker open() {
    Backends backends = Backends.find();
    Configuration configuration =
        ConfigurationLoader.load(config, backends.usable(), Environment.system());
    BackendProvider provider = backends.select(configuration.backend());
    String name = configuration.brokerName();
    Threads threads = new Threads(name, config.executor());
    SystemTime systemTime = new SystemTime(threads.factory("timer"));
    EventBus events = new EventBus(threads.completions(), config.listener());
    Context context = new Context(name, configuration.backendConfig(), systemTime, threads, events);
    try {
      BackendSession session = provider.open(context);
      try {
        return connect(provider.name(), session, configuration, systemTime, threads, events);
      } catch (RuntimeException e) {
        session.close(Duration.ZERO);
        throw e;
      }
    } catch (RuntimeException e) {
      systemTime.shutdown();
      threads.shutdown();
      throw e;
    }
  }

  private Broker connect(
      String backend,
      BackendSession session,
      Configuration configuration,
      SystemTime systemTime,
      Threads threads,
      EventBus events) {
    TimeSource time = session.timeSource().orElse(systemTime);
    Kernel kernel = new Kernel(backend, session, time, configuration, threads, events);
    ExchangeTopology topology = topology(kernel, session);
    DelayLog delays = new DelayLog(kernel);
    SystemSends sends =
        new SystemSends(
            kernel,
            address ->
                address.equals(DelayLog.ADDRESS)
                    ? delays.route()
                    : route(kernel, topology, address));
    kernel.wire(delays);
    kernel.wire(
        sends,
        queue -> {
          if (topology == null) {
            kernel.capabilities().require(Capability.QUEUES);
          }
          return requireNonNull(topology).queue(queue);
        });
    return new CoreBroker(
        kernel,
        topology,
        delays,
        sends,
        () -> {
          systemTime.shutdown();
          threads.shutdown();
        });
  }

  private static @Nullable ExchangeTopology topology(Kernel kernel, BackendSession session) {
    QueueDriver queues = session.queues().orElse(null);
    if (queues == null) {
      return null;
    }
    return session
        .exchanges()
        .<ExchangeTopology>map(exchanges -> new NativeTopology(kernel, exchanges, queues))
        .orElseGet(() -> new RoutedTopology(kernel, queues, session.topologyLog().orElseThrow()));
  }

  /**
   * Addresses come from retry and failure policies; they were checked when their consumer started.
   */
  private static Route route(Kernel kernel, @Nullable ExchangeTopology topology, String address) {
    int colon = address.indexOf(':');
    String name = address.substring(colon + 1);
    if (address.startsWith("log:")) {
      Partitioner byKey = Partitioners.byKey();
      return new LogRoute(kernel.session().logs().orElseThrow().open(name), byKey);
    }
    ExchangeTopology known = requireNonNull(topology);
    if (address.equals(SystemPublisher.BY_ROUTING_KEY)) {
      return known.defaultRoute();
    }
    return address.startsWith("exchange:") ? known.exchangeRoute(name) : known.queueRoute(name);
  }

  private record Context(
      String brokerName, BackendConfig config, TimeSource time, Threads threads, EventBus events)
      implements BackendContext {
    @Override
    public ThreadFactory threads(String role) {
      return threads.factory(role);
    }

    @Override
    public void connectionLost(String what, @Nullable MqException error) {
      publish(BrokerEvent.Type.CONNECTION_LOST, what, error);
    }

    @Override
    public void connectionRecovered(String what) {
      publish(BrokerEvent.Type.CONNECTION_RECOVERED, what, null);
    }

    private void publish(BrokerEvent.Type type, String what, @Nullable MqException error) {
      events.publish(new BrokerEvent(type, time.now(), brokerName, null, what, error));
    }
  }
}
