package dev.mq.tck;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which texts each of some queues must have, in order. */
final class Expected {
  private final Map<String, List<String>> texts = new LinkedHashMap<>();

  Expected(Collection<String> queues) {
    queues.forEach(queue -> texts.put(queue, new ArrayList<>()));
  }

  /** Expects a message in each of these queues. */
  void add(Collection<String> queues, String text) {
    queues.forEach(queue -> texts.computeIfAbsent(queue, q -> new ArrayList<>()).add(text));
  }

  List<String> of(String queue) {
    return texts.getOrDefault(queue, List.of());
  }

  /** Returns how many each queue must have. */
  Map<String, Integer> counts() {
    Map<String, Integer> counts = new LinkedHashMap<>();
    texts.forEach((queue, list) -> counts.put(queue, list.size()));
    return counts;
  }
}
