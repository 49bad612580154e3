package dev.mq.examples.pipeline;

import dev.mq.api.ExchangeSpec;
import dev.mq.api.LogSpec;
import dev.mq.api.QueueSpec;
import dev.mq.api.Topology;

/**
 * The names of the shop's log, exchange and queues, and how they hang together.
 *
 * @param prefix set by whoever runs the shop, so that two runs on one broker never meet
 */
record Shop(String prefix) {
  static final int PARTITIONS = 6;

  String orders() {
    return prefix + ".orders";
  }

  String tasks() {
    return prefix + ".tasks";
  }

  String email() {
    return prefix + ".email";
  }

  String pdf() {
    return prefix + ".pdf";
  }

  String dead() {
    return prefix + ".dead";
  }

  /** Returns what the broker of events needs. */
  Topology events() {
    return Topology.builder().log(LogSpec.of(orders(), PARTITIONS)).build();
  }

  /**
   * Returns what the broker of tasks needs: every order is mailed, paid ones get an invoice too.
   */
  Topology work() {
    return Topology.builder()
        .exchange(ExchangeSpec.topic(tasks()))
        .queue(QueueSpec.of(email()))
        .queue(QueueSpec.of(pdf()))
        .queue(QueueSpec.of(dead()))
        .bindQueue(tasks(), "order.#", email())
        .bindQueue(tasks(), "order.paid.*", pdf())
        .build();
  }
}
