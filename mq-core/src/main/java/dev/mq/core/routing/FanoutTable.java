package dev.mq.core.routing;

import dev.mq.api.Headers;

/** Bindings that always match. */
final class FanoutTable implements BindingTable {
  private final EdgeList edges = new EdgeList();

  @Override
  public void add(Edge edge) {
    edges.add(edge);
  }

  @Override
  public void remove(Edge edge) {
    edges.remove(edge);
  }

  @Override
  public void match(String routingKey, Headers headers, RouteResult out) {
    edges.emit(out);
  }
}
