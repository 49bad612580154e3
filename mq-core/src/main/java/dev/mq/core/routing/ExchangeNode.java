package dev.mq.core.routing;

import dev.mq.api.ExchangeSpec;
import dev.mq.api.ExchangeType;
import dev.mq.api.Headers;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An exchange that exists; routes messages. Any number of threads.
 *
 * <p>What a route finds is, for each queue, true at one moment while it ran, also when the bindings
 * change meanwhile: a queue bound by one binding and then by another without a gap is found.
 * For this a route that met a removal is done again; when removals go on and on, it keeps the
 * writer waiting for the length of one route.
 */
public final class ExchangeNode extends Node {
  private static final int ATTEMPTS = 8;

  private final TopologyState state;
  private final @Nullable ExchangeSpec spec;

  /** Null for the default exchange, which leads to queues by their name. */
  private final @Nullable BindingTable table;

  /** First of the bindings of this exchange; the writer's. */
  @Nullable Edge firstOut;

  ExchangeNode(
      TopologyState state, int mark, @Nullable ExchangeSpec spec, @Nullable BindingTable table) {
    super(mark);
    this.state = state;
    this.spec = spec;
    this.table = table;
  }

  /** Returns the name; empty for the default exchange. */
  public String name() {
    return spec == null ? "" : spec.name();
  }

  /** Returns the type. */
  public ExchangeType type() {
    return spec == null ? ExchangeType.DIRECT : spec.type();
  }

  /** Returns the properties, or null for the default exchange. */
  public @Nullable ExchangeSpec spec() {
    return spec;
  }

  /**
   * Finds the queues a message goes to, each once. Does not block, apart from what the head
   * of the class says.
   *
   * @param routingKey compared as its bytes of UTF-8 would be
   * @param result filled anew; empty when this exchange was deleted
   */
  public void route(String routingKey, Headers headers, RouteResult result) {
    for (int i = 0; i < ATTEMPTS; i++) {
      long removals = state.removals();
      routeOnce(routingKey, headers, result);
      if (state.removals() == removals) {
        return;
      }
    }
    state.withoutChanges(() -> routeOnce(routingKey, headers, result));
  }

  /**
   * Returns for each queue a message goes to, in the order of their names, why: the bindings that
   * lead there, each with the way to it, or the alternate or default exchange. For people; slow.
   */
  public Map<String, List<String>> explain(String routingKey, Headers headers) {
    RouteTrace trace = new RouteTrace();
    RouteResult result = new RouteResult();
    result.trace(trace);
    route(routingKey, headers, result);
    return trace.reasons();
  }

  BindingTable table() {
    if (table == null) {
      throw new AssertionError("the default exchange has no bindings");
    }
    return table;
  }

  private void routeOnce(String routingKey, Headers headers, RouteResult out) {
    out.begin(this);
    if (isDeleted()) {
      return;
    }
    visit(routingKey, headers, out);
    for (int i = 0; i < out.exchangeCount(); i++) {
      out.exchange(i).visit(routingKey, headers, out);
    }
  }

  private void visit(String routingKey, Headers headers, RouteResult out) {
    if (spec == null || table == null) {
      visitDefault(routingKey, out);
      return;
    }
    out.beginExchange();
    table.match(routingKey, headers, out);
    String alternate = spec.alternate();
    if (alternate != null && !out.matchedHere()) {
      ExchangeNode other = state.exchange(alternate);
      if (other != null) {
        if (out.trace() != null) {
          out.trace().alternate(this, other);
        }
        out.enter(other);
      }
    }
  }

  private void visitDefault(String routingKey, RouteResult out) {
    QueueNode queue = state.queue(routingKey);
    if (queue != null) {
      out.addByName(queue);
    }
  }

  @Override
  public String toString() {
    return spec == null ? "default exchange" : spec.toString();
  }
}
