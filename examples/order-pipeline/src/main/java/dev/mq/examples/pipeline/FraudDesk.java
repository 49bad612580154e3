package dev.mq.examples.pipeline;

import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;

/** Stands in for the people who look at suspicious orders. Thread-safe. */
final class FraudDesk {
  private final Set<String> reported = new ConcurrentSkipListSet<>();

  void report(Order order) {
    reported.add(order.id());
  }

  Set<String> reported() {
    return new TreeSet<>(reported);
  }
}
