package dev.mq.core.routing;

import dev.mq.api.Headers;
import java.util.concurrent.ConcurrentHashMap;

/** Bindings by their literal key. */
final class DirectTable implements BindingTable {
  private final ConcurrentHashMap<String, Object> cells = new ConcurrentHashMap<>();

  @Override
  public void add(Edge edge) {
    String key = edge.binding.key();
    Object before = cells.get(key);
    Object after = EdgeList.plus(before, edge);
    if (after != before) {
      cells.put(key, after);
    }
  }

  @Override
  public void remove(Edge edge) {
    String key = edge.binding.key();
    if (EdgeList.minus(cells.get(key), edge) == null) {
      cells.remove(key);
    }
  }

  @Override
  public void match(String routingKey, Headers headers, RouteResult out) {
    EdgeList.emit(cells.get(routingKey), out);
  }
}
