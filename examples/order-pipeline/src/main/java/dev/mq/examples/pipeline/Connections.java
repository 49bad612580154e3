package dev.mq.examples.pipeline;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Broker;
import dev.mq.api.BrokerConfig;
import dev.mq.examples.pipeline.sabotage.SabotagedBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Opens brokers as the options say: one for everything, or one for events and one for tasks. Every
 * process of the shop opens its own, as it would on a machine of its own. Used by one thread.
 */
final class Connections implements AutoCloseable {
  private final BrokerConfig events;
  private final BrokerConfig tasks;
  private final boolean apart;
  private final List<Broker> open = new ArrayList<>();

  Connections(DemoOptions options) {
    apart = options.events() != null;
    if (apart) {
      events = named("events", requireNonNull(options.events()));
      tasks = named("tasks", requireNonNull(options.tasks()));
    } else {
      BrokerConfig.Builder all = BrokerConfig.builder();
      if (options.sabotage() != null) {
        all.set("mq.backend", SabotagedBackend.NAME);
        all.set(SabotagedBackend.MODE.name(), options.sabotage().name().toLowerCase(Locale.ROOT));
      } else if (options.backend() != null) {
        all.set("mq.backend", options.backend());
      }
      events = all.build();
      tasks = events;
    }
  }

  private static BrokerConfig named(String name, String backend) {
    return BrokerConfig.builder()
        .name(name)
        .set("mq.brokers." + name + ".backend", backend)
        .build();
  }

  /**
   * What a process is connected to.
   *
   * @param events to the broker of the log
   * @param tasks to the broker of exchange and queues; the same one where one broker has both
   */
  record Pair(Broker events, Broker tasks) {}

  /** Opens what a process needs that reads events and makes tasks. */
  Pair both() {
    Broker forEvents = events();
    return new Pair(forEvents, apart ? tasks() : forEvents);
  }

  Broker events() {
    return keep(Broker.open(events));
  }

  Broker tasks() {
    return keep(Broker.open(tasks));
  }

  private Broker keep(Broker broker) {
    open.add(broker);
    return broker;
  }

  /** Closes all that was opened, killed ones too, the last one first. */
  @Override
  public void close() {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
    open.clear();
  }
}
