package dev.mq.examples.pipeline;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Broker;
import dev.mq.api.ConsumeInterceptor;
import dev.mq.api.GroupConsumer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Starts and ends the members and workers of the shop, each with connections of its own. Used by
 * one thread.
 */
final class Staff implements AutoCloseable {
  private final Connections connections;
  private final Shop shop;
  private final World world;
  private final Journal journal;
  private final Crash crash;
  private final Map<String, Runnable> running = new LinkedHashMap<>();
  private final Map<String, Broker> mailers = new LinkedHashMap<>();

  Staff(Connections connections, Shop shop, World world, Journal journal, Crash crash) {
    this.connections = connections;
    this.shop = shop;
    this.world = world;
    this.journal = journal;
    this.crash = crash;
  }

  GroupConsumer analytics(String name) {
    Analytics service = new Analytics(connections.events(), shop, name, world.sales(), journal);
    running.put(name, service::close);
    return service.member();
  }

  GroupConsumer fraud(String name) {
    Fraud service = new Fraud(connections.events(), shop, name, world.desk(), journal);
    running.put(name, service::close);
    return service.member();
  }

  GroupConsumer fulfilment(String name) {
    Connections.Pair pair = connections.both();
    Fulfilment service = new Fulfilment(pair.events(), pair.tasks(), shop, name, journal);
    running.put(name, service::close);
    return service.member();
  }

  void email(String name) {
    Broker broker = connections.tasks();
    ConsumeInterceptor written = journal.watch(name);
    ConsumeInterceptor mortal = crash.around(name);
    EmailWorker worker =
        new EmailWorker(
            broker,
            shop,
            name,
            world.mail(),
            (delivery, handler) -> mortal.onHandle(delivery, d -> written.onHandle(d, handler)));
    running.put(name, worker::close);
    mailers.put(name, broker);
  }

  void pdf(String name) {
    PdfWorker worker =
        new PdfWorker(connections.tasks(), shop, name, world.printer(), journal.watch(name));
    running.put(name, worker::close);
  }

  /** Sends a member home: it finishes what it has begun and gives the rest to the others. */
  void leave(String name) {
    requireNonNull(running.remove(name)).run();
  }

  /** Takes the connection of a mail worker away. */
  void kill(String name) {
    Chaos.kill(requireNonNull(mailers.get(name)));
    running.remove(name);
  }

  @Override
  public void close() {
    running.values().forEach(Runnable::run);
    running.clear();
  }
}
