package dev.mq.core.routing;

import dev.mq.api.Binding;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.Headers;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * The rules of routing, written down as plainly as possible: looks at every binding and knows no
 * table.
 */
final class NaiveRouter {
  private final Map<String, ExchangeSpec> exchanges;
  private final Set<String> queues;
  private final Set<Binding> bindings;

  NaiveRouter(Map<String, ExchangeSpec> exchanges, Set<String> queues, Set<Binding> bindings) {
    this.exchanges = exchanges;
    this.queues = queues;
    this.bindings = bindings;
  }

  Set<String> route(String exchange, String key, Headers headers) {
    Set<String> reached = new TreeSet<>();
    if (exchange.isEmpty()) {
      if (queues.contains(key)) {
        reached.add(key);
      }
      return reached;
    }
    Set<String> seen = new HashSet<>(Set.of(exchange));
    Deque<String> waiting = new ArrayDeque<>(List.of(exchange));
    while (!waiting.isEmpty()) {
      ExchangeSpec x = exchanges.get(waiting.poll());
      if (x == null) {
        continue;
      }
      boolean matched = false;
      for (Binding b : bindings) {
        if (b.exchange().equals(x.name()) && matches(x, b, key, headers)) {
          matched = true;
          if (b.kind() == Binding.Kind.QUEUE) {
            reached.add(b.destination());
          } else if (seen.add(b.destination())) {
            waiting.add(b.destination());
          }
        }
      }
      if (!matched && x.alternate() != null && seen.add(x.alternate())) {
        waiting.add(x.alternate());
      }
    }
    return reached;
  }

  private static boolean matches(ExchangeSpec x, Binding b, String key, Headers headers) {
    return switch (x.type()) {
      case DIRECT -> b.key().equals(key);
      case FANOUT -> true;
      case TOPIC -> topic(b.key(), key);
      case HEADERS -> headers(b.arguments(), headers);
    };
  }

  static boolean topic(String pattern, String key) {
    List<String> p = words(pattern);
    List<String> k = words(key);
    boolean[][] m = new boolean[p.size() + 1][k.size() + 1];
    for (int i = p.size(); i >= 0; i--) {
      for (int j = k.size(); j >= 0; j--) {
        if (i == p.size()) {
          m[i][j] = j == k.size();
        } else if (p.get(i).equals("#")) {
          m[i][j] = m[i + 1][j] || (j < k.size() && m[i][j + 1]);
        } else {
          m[i][j] =
              j < k.size()
                  && (p.get(i).equals("*") || p.get(i).equals(k.get(j)))
                  && m[i + 1][j + 1];
        }
      }
    }
    return m[0][0];
  }

  static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    if (text.isEmpty()) {
      return words;
    }
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '.') {
        words.add(word.toString());
        word.setLength(0);
      } else {
        word.append(c);
      }
    }
    words.add(word.toString());
    return words;
  }

  static boolean headers(Headers arguments, Headers headers) {
    String how = Objects.requireNonNullElse(arguments.text("x-match"), "all");
    boolean all = true;
    boolean any = false;
    for (String name : arguments.names()) {
      boolean ignored = how.endsWith("-with-x") ? name.equals("x-match") : name.startsWith("x-");
      if (!ignored) {
        boolean equal = headers.contains(name) && equal(arguments.value(name), headers.value(name));
        all &= equal;
        any |= equal;
      }
    }
    return how.startsWith("all") ? all : any;
  }

  private static boolean equal(Object expected, Object actual) {
    if (expected == null) {
      return true;
    }
    return actual != null && plain(expected).equals(plain(actual));
  }

  /** Numbers by their value, texts and bytes by their bytes. */
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
