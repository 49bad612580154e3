package dev.mq.core.topology;

import dev.mq.api.Binding;
import dev.mq.api.DeclarationConflictException;
import dev.mq.api.ErrorCode;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.Message;
import dev.mq.api.NotFoundException;
import dev.mq.api.QueueSpec;
import dev.mq.core.produce.Route;
import dev.mq.core.produce.RouteSink;
import dev.mq.core.routing.CommandIds;
import dev.mq.core.routing.ExchangeNode;
import dev.mq.core.routing.Outcome;
import dev.mq.core.routing.QueueNode;
import dev.mq.core.routing.RouteResult;
import dev.mq.core.routing.TopologyCommand;
import dev.mq.core.routing.TopologyState;
import dev.mq.core.runtime.Kernel;
import dev.mq.core.runtime.QueueRef;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.PublishTarget;
import dev.mq.spi.QueueDriver;
import dev.mq.spi.TopologyLog;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exchanges and bindings for backends that have only queues and a topology log: changes are
 * commands in that log, every client reduces them to the same state, and publishes are routed here.
 *
 * <p>Creating a queue: the backend's queue first, under a fresh incarnation, then the command;
 * whoever loses the race removes its own. Deleting: the command first.
 */
public final class RoutedTopology implements ExchangeTopology {
  private static final Logger LOG = LoggerFactory.getLogger(RoutedTopology.class);

  private final Kernel kernel;
  private final QueueDriver queues;
  private final TopologyReplica replica;
  private final CommandIds ids = new CommandIds();

  /** Creates the topology and waits until it has seen all that is in the log. */
  public RoutedTopology(Kernel kernel, QueueDriver queues, TopologyLog log) {
    this.kernel = kernel;
    this.queues = queues;
    this.replica = new TopologyReplica(log, this::deleted);
  }

  /**
   * Ends the consumers of a deleted queue at once: a backend may notice that late, or be unable to
   * tidy up while they are there.
   */
  private void deleted(QueueNode node) {
    if (node.attachment() instanceof BackendQueue handle) {
      kernel.children().forEach(child -> child.queueDeleted(handle));
    }
  }

  private TopologyState state() {
    return replica.state();
  }

  private Outcome change(TopologyCommand command) {
    Outcome outcome = replica.execute(command);
    outcome.orThrow();
    return outcome;
  }

  @Override
  public void declare(ExchangeSpec spec) {
    change(new TopologyCommand.DeclareExchange(ids.next(), spec));
  }

  @Override
  public void declare(QueueSpec spec) {
    replica.refresh();
    QueueNode known = live(spec.name());
    if (known != null) {
      if (!spec.existing() && !known.spec().equals(spec)) {
        throw new DeclarationConflictException(
            "queue '" + spec.name() + "'", known.spec().toString(), spec.toString());
      }
      return;
    }
    if (spec.existing()) {
      throw new NotFoundException(
          "declare queue:" + spec.name() + ": does not exist and is declared as existing");
    }
    String incarnation = UUID.randomUUID().toString();
    queues.create(spec, incarnation);
    boolean won = false;
    try {
      Outcome outcome =
          change(new TopologyCommand.DeclareQueue(ids.next(), spec, incarnation, null));
      won = outcome.kind() == Outcome.Kind.APPLIED;
    } finally {
      if (!won) {
        queues.delete(spec.name(), incarnation);
      }
    }
  }

  /**
   * Returns a queue the backend still has; one it has lost (temporary, owner gone) is taken out of
   * the tables.
   */
  private @Nullable QueueNode live(String name) {
    QueueNode node = state().queue(name);
    if (node == null) {
      return null;
    }
    try {
      queues.open(name, node.incarnation());
      return node;
    } catch (NotFoundException e) {
      change(new TopologyCommand.DeleteQueue(ids.next(), name, node.incarnation()));
      return null;
    }
  }

  @Override
  public void bind(Binding binding) {
    change(new TopologyCommand.Bind(ids.next(), binding));
  }

  @Override
  public void unbind(Binding binding) {
    change(new TopologyCommand.Unbind(ids.next(), binding));
  }

  @Override
  public void deleteExchange(String name) {
    change(new TopologyCommand.DeleteExchange(ids.next(), name));
  }

  @Override
  public void deleteQueue(String name) {
    replica.refresh();
    QueueNode node = state().queue(name);
    if (node != null) {
      change(new TopologyCommand.DeleteQueue(ids.next(), name, node.incarnation()));
      queues.delete(name, node.incarnation());
    }
  }

  @Override
  public QueueRef queue(String name) {
    QueueNode node = state().queue(name);
    if (node == null) {
      replica.refresh();
      node = live(name);
    }
    if (node == null) {
      throw new NotFoundException("queue:" + name + " does not exist");
    }
    return new QueueRef(handle(node), node.spec());
  }

  private BackendQueue handle(QueueNode node) {
    if (node.attachment() instanceof BackendQueue known) {
      return known;
    }
    BackendQueue opened = queues.open(node.name(), node.incarnation());
    node.attach(opened);
    return opened;
  }

  @Override
  public Route exchangeRoute(String name) {
    if (state().exchange(name) == null) {
      replica.refresh();
      if (state().exchange(name) == null) {
        throw new NotFoundException("exchange:" + name + " does not exist");
      }
    }
    return new ExchangeRoute(name);
  }

  @Override
  public Route queueRoute(String name) {
    queue(name);
    return new QueueRoute(name);
  }

  @Override
  public Route defaultRoute() {
    return new DefaultRoute();
  }

  @Override
  public List<String> dryRun(String exchange, Message message) {
    replica.refresh();
    ExchangeNode node = state().exchange(exchange);
    if (node == null) {
      throw new NotFoundException("exchange:" + exchange + " does not exist");
    }
    RouteResult result = new RouteResult();
    node.route(message.routingKey(), message.headers(), result);
    return IntStream.range(0, result.count())
        .mapToObj(i -> result.queue(i).name())
        .sorted()
        .toList();
  }

  @Override
  public Observed observe() {
    replica.refresh();
    return new Observed() {
      @Override
      public Optional<ExchangeSpec> exchange(String name) {
        return Optional.ofNullable(state().exchange(name)).map(ExchangeNode::spec);
      }

      @Override
      public Optional<QueueSpec> queue(String name) {
        return Optional.ofNullable(state().queue(name)).map(QueueNode::spec);
      }

      @Override
      public boolean has(Binding binding) {
        return state().isBound(binding);
      }
    };
  }

  @Override
  public void close() {
    replica.close();
  }

  private boolean isNotFound(Throwable error) {
    return kernel.wrap(error, "publish", null).code() == ErrorCode.NOT_FOUND;
  }

  /**
   * Takes a queue that the backend has lost out of the tables, without making the publisher wait.
   */
  private void forget(QueueNode node) {
    kernel
        .threads("topology")
        .newThread(
            () -> {
              try {
                change(
                    new TopologyCommand.DeleteQueue(ids.next(), node.name(), node.incarnation()));
              } catch (RuntimeException e) {
                LOG.warn("cannot take deleted queue {} out of the topology", node.name(), e);
              }
            })
        .start();
  }

  /** Returns whether a queue is gone from the backend; then it goes from the tables too. */
  private boolean isDeleted(PublishTarget target, Throwable error) {
    if (!(target instanceof BackendQueue) || !isNotFound(error)) {
      return false;
    }
    QueueNode node = state().queue(target.name());
    if (node != null && node.attachment() == target) {
      forget(node);
    }
    return true;
  }

  private abstract class View implements Route {
    @Override
    public boolean isCurrent() {
      return replica.isCurrent();
    }

    @Override
    public void whenCurrent(ViewCallback callback) {
      replica.whenCurrent(callback);
    }
  }

  /** Used under the lock of its producer, so its result may be reused. */
  private final class ExchangeRoute extends View {
    private final String name;
    private final RouteResult result = new RouteResult();

    ExchangeRoute(String name) {
      this.name = name;
    }

    @Override
    public void route(Message message, RouteSink sink) {
      ExchangeNode node = state().exchange(name);
      if (node == null) {
        throw new NotFoundException("publish exchange:" + name + ": does not exist");
      }
      node.route(message.routingKey(), message.headers(), result);
      for (int i = 0; i < result.count(); i++) {
        QueueNode queue = result.queue(i);
        try {
          sink.add(handle(queue));
        } catch (NotFoundException e) {
          forget(queue);
        }
      }
    }

    /** A queue that went while the message was on its way is bound to nothing any more. */
    @Override
    public boolean isGone(PublishTarget target, Throwable error) {
      return isDeleted(target, error);
    }
  }

  private final class QueueRoute extends View {
    private final String name;

    QueueRoute(String name) {
      this.name = name;
    }

    @Override
    public void route(Message message, RouteSink sink) {
      QueueNode node = state().queue(name);
      if (node == null) {
        throw new NotFoundException("publish queue:" + name + ": does not exist");
      }
      sink.add(handle(node));
    }
  }

  /** Its queues come and go; one that the backend has lost is forgotten when that shows. */
  private final class DefaultRoute extends View {
    @Override
    public void route(Message message, RouteSink sink) {
      QueueNode node = state().queue(message.routingKey());
      if (node == null) {
        throw new NotFoundException("publish queue:" + message.routingKey() + ": does not exist");
      }
      try {
        sink.add(handle(node));
      } catch (NotFoundException e) {
        forget(node);
        throw e;
      }
    }

    @Override
    public boolean isGone(PublishTarget target, Throwable error) {
      return isDeleted(target, error);
    }
  }
}
