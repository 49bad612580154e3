package dev.mq.examples.pipeline;

import java.util.Map;
import java.util.TreeMap;

/**
 * What was sold.
 *
 * @param orders how many orders
 * @param paidCents what was paid for, in cents
 * @param paidByCountry the same by country
 */
record Totals(int orders, long paidCents, Map<String, Long> paidByCountry) {
  static Totals of(Iterable<Order> orders) {
    int count = 0;
    long paid = 0;
    Map<String, Long> byCountry = new TreeMap<>();
    for (Order order : orders) {
      count++;
      if (order.isPaid()) {
        paid += order.totalCents();
        byCountry.merge(order.country(), order.totalCents(), Long::sum);
      }
    }
    return new Totals(count, paid, byCountry);
  }
}
