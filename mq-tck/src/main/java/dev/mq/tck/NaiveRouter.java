package dev.mq.tck;

import dev.mq.api.Binding;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.Headers;
import dev.mq.api.Message;
import dev.mq.api.Topology;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The rules of routing as plainly as they can be written: it looks at every binding every time. */
final class NaiveRouter {
  private final Map<String, ExchangeSpec> exchanges = new HashMap<>();
  private final List<Binding> bindings;

  NaiveRouter(Topology topology) {
    topology.exchanges().forEach(x -> exchanges.put(x.name(), x));
    this.bindings = topology.bindings();
  }

  /** Returns the queues that a message to an exchange reaches, each once. */
  Set<String> route(String exchange, Message message) {
    Set<String> queues = new TreeSet<>();
    Set<String> visited = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(exchange));
    while (!open.isEmpty()) {
      ExchangeSpec x = exchanges.get(open.remove());
      if (x == null || !visited.add(x.name())) {
        continue;
      }
      boolean any = false;
      for (Binding b : bindings) {
        if (b.exchange().equals(x.name()) && matches(x, b, message)) {
          any = true;
          if (b.kind() == Binding.Kind.QUEUE) {
            queues.add(b.destination());
          } else {
            open.add(b.destination());
          }
        }
      }
      if (!any && x.alternate() != null) {
        open.add(x.alternate());
      }
    }
    return queues;
  }

  private static boolean matches(ExchangeSpec x, Binding b, Message m) {
    return switch (x.type()) {
      case FANOUT -> true;
      case DIRECT -> b.key().equals(m.routingKey());
      case TOPIC -> topic(words(b.key()), words(m.routingKey()));
      case HEADERS -> headers(b.arguments(), m.headers());
    };
  }

  static boolean topic(String pattern, String key) {
    return topic(words(pattern), words(key));
  }

  /** The empty key has no word; anything else has one more than it has dots. */
  private static List<String> words(String key) {
    return key.isEmpty() ? List.of() : Arrays.asList(key.split("\\.", -1));
  }

  private static boolean topic(List<String> pattern, List<String> key) {
    if (pattern.isEmpty()) {
      return key.isEmpty();
    }
    String first = pattern.get(0);
    List<String> rest = pattern.subList(1, pattern.size());
    if (first.equals("#")) {
      return topic(rest, key) || (!key.isEmpty() && topic(pattern, key.subList(1, key.size())));
    }
    return !key.isEmpty()
        && (first.equals("*") || first.equals(key.get(0)))
        && topic(rest, key.subList(1, key.size()));
  }

  static boolean headers(Headers wanted, Headers actual) {
    String how = wanted.contains("x-match") ? String.valueOf(wanted.text("x-match")) : "all";
    boolean withX = how.endsWith("-with-x");
    List<String> names =
        wanted.names().stream()
            .filter(n -> withX ? !n.equals("x-match") : !n.startsWith("x-"))
            .toList();
    return how.startsWith("any")
        ? names.stream().anyMatch(n -> has(actual, n, wanted.value(n)))
        : names.stream().allMatch(n -> has(actual, n, wanted.value(n)));
  }

  private static boolean has(Headers actual, String name, @Nullable Object wanted) {
    if (!actual.contains(name)) {
      return false;
    }
    Object value = actual.value(name);
    if (wanted == null || value == null) {
      return wanted == null;
    }
    return plain(wanted).equals(plain(value));
  }

  /** Numbers by their value, texts and bytes by their bytes, as RabbitMQ compares them. */
  private static Object plain(Object value) {
    if (value instanceof Long l) {
      return BigDecimal.valueOf(l).stripTrailingZeros();
    } else if (value instanceof Double d) {
      return Double.isFinite(d) ? new BigDecimal(d).stripTrailingZeros() : d;
    } else if (value instanceof String s) {
      return ByteBuffer.wrap(s.getBytes(StandardCharsets.UTF_8));
    }
    return value instanceof byte[] b ? ByteBuffer.wrap(b) : value;
  }
}
