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
    BrokerConfig.Builder config = BrokerConfig.builder().setAll(options.settings());
    if (options.sabotage() != null) {
      String mode = options.sabotage().name().toLowerCase(Locale.ROOT);
      config.set(SabotagedBackend.MODE.name(), mode);
      name(config, process, SabotagedBackend.NAME);
    } else if (backendOfRole != null) {
      name(config, backendOfRole.equals(EMBEDDED) ? process : role, backendOfRole);
    } else {
      name(config, process, options.backend());
    }
    Broker broker = Broker.open(config.build());
    open.add(broker);
    return broker;
  }

  /** A broker has a name when a key of its own is set; what is not set comes from the top level. */
  private static void name(BrokerConfig.Builder config, String name, @Nullable String backend) {
    String prefix = "mq.brokers." + name + ".";
    config.name(name).set(prefix + "topology", "apply");
    if (backend != null) {
      config.set(prefix + "backend", backend);
    }
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
