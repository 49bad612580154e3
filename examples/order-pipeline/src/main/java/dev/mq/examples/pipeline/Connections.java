package dev.mq.examples.pipeline;

import dev.mq.api.Broker;
import dev.mq.api.BrokerConfig;
import dev.mq.examples.pipeline.sabotage.SabotagedBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Opens brokers as the options say: one for everything, or one for events and one for tasks. Every
 * process of the shop opens its own, as it would on a machine of its own. Used by one thread.
 */
final class Connections implements AutoCloseable {
  private static final String EMBEDDED = "inmemory";

  private final DemoOptions options;
  private final List<Broker> open = new ArrayList<>();

  Connections(DemoOptions options) {
    this.options = options;
  }

  /**
   * What a process is connected to.
   *
   * @param events to the broker of the log
   * @param tasks to the broker of exchange and queues; the same one where one broker has both
   */
  record Pair(Broker events, Broker tasks) {}

  /** Opens what a process needs that deals with events and with tasks. */
  Pair both(String process) {
    Broker events = events(process);
    return new Pair(events, options.events() == null ? events : tasks(process));
  }

  Broker events(String process) {
    return open(process, "events", options.events());
  }

  Broker tasks(String process) {
    return open(process, "tasks", options.tasks());
  }

  private Broker open(String process, String role, @Nullable String backendOfRole) {
    BrokerConfig.Builder config = BrokerConfig.builder();
    if (options.sabotage() != null) {
      named(config, process, SabotagedBackend.NAME);
      String mode = options.sabotage().name().toLowerCase(Locale.ROOT);
      config.set(SabotagedBackend.MODE.name(), mode);
    } else if (backendOfRole != null) {
      named(config, backendOfRole.equals(EMBEDDED) ? process : role, backendOfRole);
    } else if (options.backend() != null) {
      named(config, process, options.backend());
    } else {
      config.name(process).set("mq.brokers." + process + ".topology", "apply");
    }
    Broker broker = Broker.open(config.build());
    open.add(broker);
    return broker;
  }

  private static void named(BrokerConfig.Builder config, String name, String backend) {
    config.name(name).set("mq.brokers." + name + ".backend", backend);
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
