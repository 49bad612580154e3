package dev.mq.core.routing;

import dev.mq.api.ExchangeType;
import dev.mq.api.Headers;

/**
 * The bindings of one exchange, ordered for finding those that match. One writer, any number of
 * readers that never wait.
 *
 * <p>A reader meets every binding that is there from before it begins until after it ends. Whether
 * it meets one that comes or goes meanwhile is open; {@link ExchangeNode#route} makes the whole
 * consistent.
 */
interface BindingTable {
  void add(Edge edge);

  void remove(Edge edge);

  /** Hands every matching edge to {@link RouteResult#accept}, some perhaps twice. */
  void match(String routingKey, Headers headers, RouteResult out);

  static BindingTable of(ExchangeType type, IndexPool marks) {
    return switch (type) {
      case DIRECT -> new DirectTable();
      case FANOUT -> new FanoutTable();
      case TOPIC -> new TopicTable(marks);
      case HEADERS -> new HeadersTable();
    };
  }
}
