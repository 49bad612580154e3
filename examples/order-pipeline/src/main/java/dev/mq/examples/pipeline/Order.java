package dev.mq.examples.pipeline;

import dev.mq.api.Codec;
import java.util.List;

/**
 * An order as the shop writes it down.
 *
 * @param id names the order; the key on the log, so events of one order keep their sequence
 * @param customer who gets mail and invoice
 * @param items what was ordered, one or more
 * @param totalCents the sum of the items
 * @param country two letters; decides the tax
 * @param status paid, pending or cancelled
 * @param created when, in ISO-8601
 */
record Order(
    String id,
    String customer,
    List<Item> items,
    long totalCents,
    String country,
    String status,
    String created) {
  /** How orders travel and how they stand in the file. */
  static final Codec<Order> JSON = Codec.json(Order.class);

  /**
   * One line of an order.
   *
   * @param sku what
   * @param qty how many
   * @param cents the price of one
   */
  record Item(String sku, int qty, long cents) {}

  boolean isPaid() {
    return status.equals("paid");
  }

  /** Returns what the topic exchange looks at. */
  String routingKey() {
    return "order." + status + "." + country;
  }
}
