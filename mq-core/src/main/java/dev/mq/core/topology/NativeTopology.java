package dev.mq.core.topology;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import dev.mq.api.Binding;
import dev.mq.api.Capability;
import dev.mq.api.ErrorCode;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.QueueSpec;
import dev.mq.core.produce.Route;
import dev.mq.core.produce.RouteSink;
import dev.mq.core.runtime.Kernel;
import dev.mq.core.runtime.QueueRef;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.ExchangeDriver;
import dev.mq.spi.PublishTarget;
import dev.mq.spi.QueueDriver;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Leaves exchanges and routing to a backend that has them. */
public final class NativeTopology implements ExchangeTopology {
  private static final String NO_INCARNATION = "";

  private final Kernel kernel;
  private final ExchangeDriver exchanges;
  private final QueueDriver queues;

  /** Creates the topology of a backend with exchanges. */
  public NativeTopology(Kernel kernel, ExchangeDriver exchanges, QueueDriver queues) {
    this.kernel = kernel;
    this.exchanges = exchanges;
    this.queues = queues;
  }

  @Override
  public void declare(ExchangeSpec spec) {
    exchanges.create(spec);
  }

  @Override
  public void declare(QueueSpec spec) {
    if (spec.existing()) {
      queues.open(spec.name(), NO_INCARNATION);
    } else {
      queues.create(spec, NO_INCARNATION);
    }
  }

  @Override
  public void declared() {
    queues.declared();
  }

  @Override
  public void bind(Binding binding) {
    exchanges.bind(binding);
  }

  @Override
  public void unbind(Binding binding) {
    exchanges.unbind(binding);
  }

  @Override
  public void deleteExchange(String name) {
    exchanges.delete(name);
  }

  @Override
  public void deleteQueue(String name) {
    queues.delete(name, NO_INCARNATION);
  }

  @Override
  public QueueRef queue(String name) {
    return new QueueRef(queues.open(name, NO_INCARNATION), null);
  }

  @Override
  public Route exchangeRoute(String name) {
    return new Fixed(exchanges.open(name));
  }

  @Override
  public Route queueRoute(String name) {
    return new Fixed(queues.open(name, NO_INCARNATION));
  }

  @Override
  public Route defaultRoute() {
    return new DefaultRoute(queues, kernel);
  }

  @Override
  public List<String> dryRun(String exchange, Message message) {
    kernel.capabilities().require(Capability.DRY_RUN_ROUTING);
    throw new MqException(
        ErrorCode.INTERNAL, "route " + exchange + ": a backend that routes itself cannot dry-run");
  }

  @Override
  public @Nullable Observed observe() {
    return null;
  }

  @Override
  public void close() {}

  private record Fixed(PublishTarget target) implements Route {
    @Override
    public void route(Message message, RouteSink sink) {
      sink.add(target);
    }
  }

  /**
   * Looks queues up by the routing key. Knows the last ones; one that was deleted is looked up
   * again.
   */
  private static final class DefaultRoute implements Route {
    private static final int KNOWN = 1000;

    private final QueueDriver queues;
    private final Kernel kernel;
    private final Cache<String, BackendQueue> known =
        CacheBuilder.newBuilder().maximumSize(KNOWN).build();

    DefaultRoute(QueueDriver queues, Kernel kernel) {
      this.queues = queues;
      this.kernel = kernel;
    }

    @Override
    public void route(Message message, RouteSink sink) {
      String name = message.routingKey();
      BackendQueue queue = known.getIfPresent(name);
      if (queue == null) {
        queue = queues.open(name, NO_INCARNATION);
        known.put(name, queue);
      }
      sink.add(queue);
    }

    @Override
    public boolean isGone(PublishTarget target, Throwable error) {
      if (kernel.wrap(error, "publish", null).code() != ErrorCode.NOT_FOUND) {
        return false;
      }
      known.invalidate(target.name());
      return true;
    }
  }
}
