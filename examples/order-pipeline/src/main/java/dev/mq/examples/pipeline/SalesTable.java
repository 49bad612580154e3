package dev.mq.examples.pipeline;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Stands in for the table that analytics writes to: one row per order id. Thread-safe. */
final class SalesTable {
  private final Map<String, Order> rows = new ConcurrentHashMap<>();

  void add(Order order) {
    rows.putIfAbsent(order.id(), order);
  }

  boolean has(Order order) {
    return order.equals(rows.get(order.id()));
  }

  Totals totals() {
    return Totals.of(rows.values());
  }
}
