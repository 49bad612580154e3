package dev.mq.examples.pipeline;

import dev.mq.api.DecodeException;
import dev.mq.api.Headers;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads orders from a file of JSON lines, and refuses the whole file for one bad line: an order is
 * never skipped unasked.
 */
final class OrderFile {
  private static final Set<String> STATUSES = Set.of("paid", "pending", "cancelled");
  private static final String SHIPPED = "orders.jsonl";
  private static final int MAX_ID_LENGTH = 64;
  private static final long MOST = 1_000_000;

  private OrderFile() {}

  /** What is wrong with the file, in one line. */
  static final class BadFileException extends Exception {
    private static final long serialVersionUID = 1L;

    BadFileException(String message) {
      super(message);
    }
  }

  /**
   * Returns the orders of a file, or those that ship with the example when {@code file} is null.
   */
  static List<Order> read(@Nullable Path file) throws BadFileException {
    String name = file == null ? SHIPPED : file.toString();
    return parse(name, text(file, name));
  }

  private static String text(@Nullable Path file, String name) throws BadFileException {
    try {
      if (file != null) {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
      }
      try (InputStream in = OrderFile.class.getResourceAsStream("/" + SHIPPED)) {
        if (in == null) {
          throw new BadFileException(SHIPPED + " is not on the class path");
        }
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
    } catch (NoSuchFileException e) {
      throw new BadFileException("orders file " + name + " does not exist");
    } catch (IOException e) {
      throw new BadFileException("orders file " + name + " cannot be read: " + e.getMessage());
    }
  }

  private static List<Order> parse(String name, String text) throws BadFileException {
    List<Order> orders = new ArrayList<>();
    Map<String, Integer> lineOfId = new HashMap<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      Order order = decode(name, number, line);
      String problem = problem(order);
      Integer earlier = problem == null ? lineOfId.putIfAbsent(order.id(), number) : null;
      if (earlier != null) {
        problem = "id " + order.id() + " is that of line " + earlier;
      }
      if (problem != null) {
        throw new BadFileException(name + " line " + number + ": " + problem);
      }
      orders.add(order);
    }
    if (orders.isEmpty()) {
      throw new BadFileException("orders file " + name + " has no order in it");
    }
    return orders;
  }

  private static Order decode(String name, int number, String line) throws BadFileException {
    try {
      return Order.JSON.decode(line.getBytes(StandardCharsets.UTF_8), name, Headers.empty());
    } catch (DecodeException e) {
      throw new BadFileException(name + " line " + number + ": " + reason(e));
    }
  }

  /**
   * Returns why a line is no order, without what this program knows better: the file and the line.
   */
  private static String reason(DecodeException e) {
    String text = String.valueOf(e.getMessage());
    return text.substring(text.lastIndexOf(": ") + 1)
        .strip()
        .replace(", line 1, column", " at column");
  }

  /**
   * Returns what is wrong with an order, or null. Nothing in it can be trusted yet: a field may be
   * missing.
   */
  private static @Nullable String problem(@Nullable Order order) {
    if (order == null) {
      return "is null";
    }
    if (isMissing(order.id()) || order.id().length() > MAX_ID_LENGTH) {
      return "id must have 1 to " + MAX_ID_LENGTH + " characters";
    }
    if (isMissing(order.customer())) {
      return "customer is missing";
    }
    if (isMissing(order.country()) || !order.country().matches("[A-Z]{2}")) {
      return "country must be two capital letters";
    }
    if (isMissing(order.status()) || !STATUSES.contains(order.status())) {
      return "status must be paid, pending or cancelled";
    }
    if (isMissing(order.created()) || !isTime(order.created())) {
      return "created must be a time such as 2026-03-02T08:00:00Z";
    }
    return problemOfItems(order);
  }

  private static boolean isTime(String text) {
    try {
      return Instant.parse(text).isAfter(Instant.EPOCH);
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  private static @Nullable String problemOfItems(Order order) {
    @Nullable List<Order.Item> items = order.items();
    if (items == null || items.isEmpty()) {
      return "items are missing";
    }
    long sum = 0;
    for (Order.@Nullable Item item : items) {
      if (item == null || isMissing(item.sku()) || !isIn(item.qty(), 1) || !isIn(item.cents(), 0)) {
        return "an item needs a sku, qty of 1 to " + MOST + " and cents of 0 to " + MOST;
      }
      sum += item.qty() * item.cents();
    }
    return sum == order.totalCents()
        ? null
        : "totalCents is " + order.totalCents() + " but the items add up to " + sum;
  }

  private static boolean isIn(long value, long least) {
    return value >= least && value <= MOST;
  }

  private static boolean isMissing(@Nullable String text) {
    return text == null || text.isBlank();
  }
}
