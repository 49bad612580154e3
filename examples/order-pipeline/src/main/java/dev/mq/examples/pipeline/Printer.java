package dev.mq.examples.pipeline;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands in for what makes invoices: knows the tax of nearly every country, and prints each message
 * id once. Thread-safe.
 */
final class Printer {
  /** Antarctica: an order from there can never be billed. */
  private static final String WITHOUT_TAX = "AQ";

  private final Set<String> printed = ConcurrentHashMap.newKeySet();
  private final Set<String> orders = ConcurrentHashMap.newKeySet();

  /** Prints an invoice; one with the id of an earlier one is taken for that one. */
  void print(Order order, String messageId) {
    if (!canBill(order)) {
      throw new IllegalArgumentException("no tax rate for country " + order.country());
    }
    if (printed.add(messageId)) {
      orders.add(order.id());
    }
  }

  static boolean canBill(Order order) {
    return !order.country().equals(WITHOUT_TAX);
  }

  boolean hasPrinted(Order order) {
    return orders.contains(order.id());
  }
}
