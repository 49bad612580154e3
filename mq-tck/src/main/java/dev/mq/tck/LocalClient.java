package dev.mq.tck;

import dev.mq.api.Broker;
import dev.mq.api.BrokerConfig;
import java.util.List;
import java.util.function.Consumer;

/** A client in this JVM, for a backend that can end one as the death of its process would. */
final class LocalClient implements Client {
  private final Broker broker;
  private final Seen<String> said;
  private final Consumer<String> killer;

  private LocalClient(Broker broker, Seen<String> said, Consumer<String> killer) {
    this.broker = broker;
    this.said = said;
    this.killer = killer;
  }

  static Client start(
      BrokerConfig config, ClientTask task, List<String> arguments, Consumer<String> killer) {
    Seen<String> said = new Seen<>("client " + config.name() + " " + task + arguments);
    Broker broker = Broker.open(config);
    Threads.start(config.name(), () -> task.run(broker, arguments, said::add));
    return new LocalClient(broker, said, killer);
  }

  @Override
  public Seen<String> said() {
    return said;
  }

  @Override
  public void kill() {
    killer.accept(broker.name());
  }

  @Override
  public void close() {
    broker.close();
  }
}
