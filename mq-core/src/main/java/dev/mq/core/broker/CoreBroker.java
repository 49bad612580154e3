package dev.mq.core.broker;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Binding;
import dev.mq.api.Broker;
import dev.mq.api.Capabilities;
import dev.mq.api.Capability;
import dev.mq.api.ConsumerBuilder;
import dev.mq.api.Destination;
import dev.mq.api.ErrorCode;
import dev.mq.api.Exchange;
import dev.mq.api.Health;
import dev.mq.api.Log;
import dev.mq.api.MqException;
import dev.mq.api.Partitioner;
import dev.mq.api.ProducerBuilder;
import dev.mq.api.Queue;
import dev.mq.api.QueueSpec;
import dev.mq.api.RequesterBuilder;
import dev.mq.api.Topology;
import dev.mq.api.TopologyPlan;
import dev.mq.core.delay.DelayLog;
import dev.mq.core.dispatch.QueueConsumers;
import dev.mq.core.produce.Producers;
import dev.mq.core.produce.Route;
import dev.mq.core.produce.SystemSends;
import dev.mq.core.reply.ReplyQueues;
import dev.mq.core.reply.Requesters;
import dev.mq.core.runtime.Child;
import dev.mq.core.runtime.Kernel;
import dev.mq.core.topology.ExchangeTopology;
import dev.mq.spi.LogDriver;
import dev.mq.spi.QueueDriver;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An open broker: makes handles, declares, closes what was made from it. */
final class CoreBroker implements Broker {
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

  private final Kernel kernel;
  private final @Nullable ExchangeTopology topology;
  private final DelayLog delays;
  private final SystemSends systemSends;
  private final Declarations declarations;
  private final Runnable afterClose;

  CoreBroker(
      Kernel kernel,
      @Nullable ExchangeTopology topology,
      DelayLog delays,
      SystemSends systemSends,
      Runnable afterClose) {
    this.kernel = kernel;
    this.topology = topology;
    this.delays = delays;
    this.systemSends = systemSends;
    this.declarations = new Declarations(kernel, topology);
    this.afterClose = afterClose;
  }

  Kernel kernel() {
    return kernel;
  }

  ExchangeTopology topology() {
    if (topology == null) {
      kernel.capabilities().require(Capability.QUEUES);
    }
    return requireNonNull(topology);
  }

  QueueDriver queues() {
    kernel.capabilities().require(Capability.QUEUES);
    return kernel.session().queues().orElseThrow();
  }

  LogDriver logs() {
    kernel.capabilities().require(Capability.LOGS);
    return kernel.session().logs().orElseThrow();
  }

  ProducerBuilder producers(
      Destination destination, Function<@Nullable Partitioner, Route> routes) {
    kernel.checkOpen("open producer", destination.address());
    return new Producers(kernel, destination, routes);
  }

  RequesterBuilder requesters(Destination destination) {
    kernel.checkOpen("open requester", destination.address());
    capabilities().require(Capability.TEMPORARY_QUEUE);
    return new Requesters(kernel, destination, new OwnQueues());
  }

  private final class OwnQueues implements ReplyQueues {
    @Override
    public void declare(QueueSpec spec) {
      topology().declare(spec);
    }

    @Override
    public ConsumerBuilder<byte[]> consumer(String queue) {
      return QueueConsumers.builder(kernel, queue);
    }

    @Override
    public void delete(String queue) {
      topology().deleteQueue(queue);
    }
  }

  void run(String operation, @Nullable String address, Runnable body) {
    kernel.call(
        operation,
        address,
        () -> {
          body.run();
          return true;
        });
  }

  /** The specs check names; they are the one place that knows the rules. */
  static String checkName(String kind, String name) {
    requireNonNull(name, kind);
    return QueueSpec.of(name).name();
  }

  @Override
  public String name() {
    return kernel.name();
  }

  @Override
  public String backend() {
    return kernel.backend();
  }

  @Override
  public Capabilities capabilities() {
    return kernel.capabilities();
  }

  @Override
  public Exchange exchange(String name) {
    kernel.checkOpen("exchange", name);
    return new CoreExchange(this, checkName("exchange", name));
  }

  @Override
  public Queue queue(String name) {
    kernel.checkOpen("queue", name);
    return new CoreQueue(this, checkName("queue", name));
  }

  @Override
  public Log log(String name) {
    kernel.checkOpen("log", name);
    return new CoreLog(this, checkName("log", name));
  }

  @Override
  public Destination destination(String address) {
    requireNonNull(address, "address");
    int colon = address.indexOf(':');
    String kind = colon < 0 ? "" : address.substring(0, colon);
    String name = address.substring(colon + 1);
    return switch (kind) {
      case "exchange" -> exchange(name);
      case "queue" -> queue(name);
      case "log" -> log(name);
      default ->
          throw new MqException(
              ErrorCode.INVALID_ARGUMENT,
              "address '" + address + "' must be exchange:NAME, queue:NAME or log:NAME");
    };
  }

  @Override
  public void declare(Topology t) {
    requireNonNull(t, "topology");
    run("declare", null, () -> declarations.declare(t));
  }

  @Override
  public TopologyPlan plan(Topology t) {
    requireNonNull(t, "topology");
    return kernel.call("plan", null, () -> declarations.plan(t));
  }

  @Override
  public void verify(Topology t) {
    requireNonNull(t, "topology");
    run("verify", null, () -> declarations.verify(t));
  }

  @Override
  public void bind(Binding binding) {
    requireNonNull(binding, "binding");
    run("bind", "exchange:" + binding.exchange(), () -> topology().bind(binding));
  }

  @Override
  public void unbind(Binding binding) {
    requireNonNull(binding, "binding");
    run("unbind", "exchange:" + binding.exchange(), () -> topology().unbind(binding));
  }

  @Override
  public Health health() {
    if (kernel.isClosed()) {
      return new Health(Health.Status.DOWN, "closed");
    }
    String problem = kernel.session().healthProblem();
    return new Health(problem.isEmpty() ? Health.Status.UP : Health.Status.DOWN, problem);
  }

  @Override
  public String effectiveConfig() {
    return kernel.configuration().report();
  }

  @Override
  public <T> Optional<T> unwrap(Class<T> type) {
    return kernel.session().unwrap(requireNonNull(type, "type"));
  }

  @Override
  public void close() {
    close(CLOSE_TIMEOUT);
  }

  @Override
  public boolean close(Duration timeout) {
    requireNonNull(timeout, "timeout");
    if (!kernel.markClosed()) {
      return true;
    }
    Deadline deadline = new Deadline(timeout);
    boolean clean = true;
    clean &= closeChildren(false, deadline);
    clean &= closeChildren(true, deadline);
    clean &= delays.close(deadline.left());
    clean &= systemSends.close(deadline.left());
    if (topology != null) {
      topology.close();
    }
    kernel.session().close(deadline.left());
    afterClose.run();
    return clean;
  }

  private boolean closeChildren(boolean publishers, Deadline deadline) {
    boolean clean = true;
    for (Child child : kernel.children()) {
      if (child.publishes() == publishers) {
        clean &= child.close(deadline.left());
      }
    }
    return clean;
  }

  @Override
  public String toString() {
    return "Broker[" + kernel.name() + ", " + kernel.backend() + "]";
  }
}
