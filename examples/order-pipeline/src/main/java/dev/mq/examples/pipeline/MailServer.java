package dev.mq.examples.pipeline;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands in for a mail server: refuses some mails at the first try, as mail servers do, and sends
 * each message id once. Thread-safe.
 */
final class MailServer {
  private static final int REFUSES_ONE_IN = 40;

  private final Set<String> sent = ConcurrentHashMap.newKeySet();
  private final Set<String> orders = ConcurrentHashMap.newKeySet();
  private final Set<String> refused = ConcurrentHashMap.newKeySet();

  /** Sends a mail; one with the id of an earlier one is taken for that one. */
  void send(Order order, String messageId) throws IOException {
    if (Math.floorMod(order.id().hashCode(), REFUSES_ONE_IN) == 0 && refused.add(messageId)) {
      throw new IOException("450 mailbox busy, try again later");
    }
    if (sent.add(messageId)) {
      orders.add(order.id());
    }
  }

  boolean hasMailed(Order order) {
    return orders.contains(order.id());
  }
}
