package dev.mq.core.routing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Writes down why a message goes where it goes. Used by one thread. */
final class RouteTrace {
  private final Map<String, Set<String>> reasons = new TreeMap<>();
  private final Map<ExchangeNode, String> ways = new HashMap<>();

  /** A route may begin again; only its last run counts. */
  void begin() {
    reasons.clear();
    ways.clear();
  }

  void edge(Edge edge) {
    String way = ways.getOrDefault(edge.source, "") + edge.binding;
    if (edge.queue != null) {
      queue(edge.queue, way);
    } else if (edge.exchange != null) {
      ways.putIfAbsent(edge.exchange, way + ", then ");
    }
  }

  void alternate(ExchangeNode from, ExchangeNode to) {
    String way = ways.getOrDefault(from, "");
    ways.putIfAbsent(
        to, way + "alternate of '" + from.name() + "' -> exchange '" + to.name() + "', then ");
  }

  void queue(QueueNode queue, String why) {
    reasons.computeIfAbsent(queue.name(), n -> new LinkedHashSet<>()).add(why);
  }

  Map<String, List<String>> reasons() {
    Map<String, List<String>> all = new LinkedHashMap<>();
    reasons.forEach((queue, why) -> all.put(queue, List.copyOf(new ArrayList<>(why))));
    return all;
  }
}
