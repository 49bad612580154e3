package dev.mq.api;

import static java.util.Objects.requireNonNull;

/**
 * A rule from an exchange to a queue or to another exchange. Two bindings are the same when source,
 * destination, key and arguments are equal; binding twice changes nothing.
 *
 * @param exchange the source exchange
 * @param kind whether the destination is a queue or an exchange
 * @param destination the name of the destination
 * @param key the binding key: literal for direct, a pattern for topic, ignored for fanout and
 *     headers; at most 255 bytes
 * @param arguments what a headers exchange compares, with {@code x-match} = all (default), any,
 *     all-with-x, any-with-x
 */
public record Binding(
    String exchange, Kind kind, String destination, String key, Headers arguments) {
  /** What a binding leads to. */
  public enum Kind {
    /** A queue. */
    QUEUE,
    /** Another exchange. */
    EXCHANGE
  }

  /** The most {@code #} words a topic pattern may have, on every backend. */
  public static final int MAX_HASH_WORDS = 2;

  /**
   * Checks names and key. The pattern is checked against the exchange's type when the binding is
   * made.
   */
  public Binding {
    Names.check("exchange", exchange);
    requireNonNull(kind, "kind");
    Names.check(kind == Kind.QUEUE ? "queue" : "exchange", destination);
    Names.checkKey("key", key);
    requireNonNull(arguments, "arguments");
  }

  /** Returns a binding to a queue by key. */
  public static Binding toQueue(String exchange, String key, String queue) {
    return new Binding(exchange, Kind.QUEUE, queue, key, Headers.empty());
  }

  /** Returns a binding to a queue by arguments, for headers exchanges. */
  public static Binding toQueue(String exchange, Headers arguments, String queue) {
    return new Binding(exchange, Kind.QUEUE, queue, "", arguments);
  }

  /** Returns a binding to another exchange by key. */
  public static Binding toExchange(String exchange, String key, String target) {
    return new Binding(exchange, Kind.EXCHANGE, target, key, Headers.empty());
  }

  /** Returns a binding to another exchange by arguments, for headers exchanges. */
  public static Binding toExchange(String exchange, Headers arguments, String target) {
    return new Binding(exchange, Kind.EXCHANGE, target, "", arguments);
  }

  /** Returns the binding as shown in plans and errors; argument values stay hidden. */
  @Override
  public String toString() {
    return "binding '"
        + exchange
        + "' -> "
        + (kind == Kind.QUEUE ? "queue '" : "exchange '")
        + destination
        + "' (key='"
        + key
        + "'"
        + (arguments.isEmpty() ? "" : ", arguments=" + arguments)
        + ")";
  }
}
