package dev.mq.core.topology;

import dev.mq.api.Binding;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.Message;
import dev.mq.api.QueueSpec;
import dev.mq.core.produce.Route;
import dev.mq.core.runtime.QueueRef;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Exchanges, queues and bindings of one broker: routed by the runtime or by the backend.
 * Thread-safe. Changes return when they are confirmed and applied here.
 */
public interface ExchangeTopology {
  /**
   * Makes an exchange; an equal one stays, a different one is a {@link
   * dev.mq.api.DeclarationConflictException}.
   */
  void declare(ExchangeSpec spec);

  /**
   * Makes a queue; an equal one stays, a different one is a {@link
   * dev.mq.api.DeclarationConflictException}.
   */
  void declare(QueueSpec spec);

  /** Returns when the queues made survive what the backend promises to survive. */
  default void declared() {}

  /** Makes a binding; an equal one stays. */
  void bind(Binding binding);

  /** Removes a binding, if it is there. */
  void unbind(Binding binding);

  /** Deletes an exchange, if it is there. */
  void deleteExchange(String name);

  /** Deletes a queue, if it is there. */
  void deleteQueue(String name);

  /** Returns a queue that exists, or throws {@link dev.mq.api.NotFoundException}. */
  QueueRef queue(String name);

  /**
   * Returns the route of an exchange that exists, or throws {@link dev.mq.api.NotFoundException}.
   */
  Route exchangeRoute(String name);

  /** Returns the route of a queue that exists, or throws {@link dev.mq.api.NotFoundException}. */
  Route queueRoute(String name);

  /** Returns the route of the default exchange: to the queue that the routing key names. */
  Route defaultRoute();

  /**
   * Returns the queues a message would reach, sorted. Needs {@link
   * dev.mq.api.Capability#DRY_RUN_ROUTING}.
   */
  List<String> dryRun(String exchange, Message message);

  /** Returns what is there, or null where it cannot be seen. */
  @Nullable Observed observe();

  /** A look at what is there. */
  interface Observed {
    /** Returns an exchange. */
    Optional<ExchangeSpec> exchange(String name);

    /** Returns a queue. */
    Optional<QueueSpec> queue(String name);

    /** Returns whether a binding is there. */
    boolean has(Binding binding);
  }

  /** Stops following. */
  void close();
}
