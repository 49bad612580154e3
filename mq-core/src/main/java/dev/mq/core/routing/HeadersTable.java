package dev.mq.core.routing;

import dev.mq.api.Headers;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Bindings by their arguments.
 *
 * <p>A binding that needs all predicates is listed under the one that fewest others are listed
 * under, so that a message costs its headers plus few candidates. One that needs any is listed
 * under each. One without predicates always matches or never does.
 */
final class HeadersTable implements BindingTable {
  private final EdgeList always = new EdgeList();
  private final ConcurrentHashMap<String, ByName> names = new ConcurrentHashMap<>();

  private static final class ByName {
    final ConcurrentHashMap<Object, Object> values = new ConcurrentHashMap<>();
    volatile @Nullable Object presence;

    @Nullable Object cell(@Nullable Object value) {
      return value == null ? presence : values.get(value);
    }

    void set(@Nullable Object value, @Nullable Object cell) {
      if (value == null) {
        presence = cell;
      } else if (cell == null) {
        values.remove(value);
      } else {
        values.put(value, cell);
      }
    }
  }

  @Override
  public void add(Edge edge) {
    HeaderMatch match = match(edge);
    int predicates = match.names.length;
    if (predicates == 0) {
      if (!match.any) {
        always.add(edge);
      }
    } else if (match.any) {
      Edge[] postings = new Edge[predicates];
      for (int i = 0; i < predicates; i++) {
        postings[i] = i == 0 ? edge : edge.sibling();
        post(postings[i], match, i);
      }
      edge.postings = postings;
    } else {
      post(edge, match, rarest(match));
    }
  }

  @Override
  public void remove(Edge edge) {
    HeaderMatch match = match(edge);
    if (match.names.length == 0) {
      if (!match.any) {
        always.remove(edge);
      }
    } else if (edge.postings != null) {
      for (Edge posting : edge.postings) {
        withdraw(posting, match);
      }
    } else {
      withdraw(edge, match);
    }
  }

  @Override
  public void match(String routingKey, Headers headers, RouteResult out) {
    always.emit(out);
    for (int i = 0, n = headers.size(); i < n; i++) {
      ByName byName = names.get(headers.nameAt(i));
      if (byName != null) {
        EdgeList.emitMatching(byName.presence, headers, out);
        Object value = headers.valueAt(i);
        if (value != null) {
          EdgeList.emitMatching(byName.cell(HeaderMatch.key(value)), headers, out);
        }
      }
    }
  }

  private void post(Edge edge, HeaderMatch match, int predicate) {
    edge.predicate = predicate;
    ByName byName = names.computeIfAbsent(match.names[predicate], n -> new ByName());
    Object value = match.values[predicate];
    Object before = byName.cell(value);
    Object after = EdgeList.plus(before, edge);
    if (after != before) {
      byName.set(value, after);
    }
  }

  private void withdraw(Edge edge, HeaderMatch match) {
    String name = match.names[edge.predicate];
    ByName byName = names.get(name);
    if (byName == null) {
      throw new AssertionError("a listed binding is not in the index");
    }
    Object value = match.values[edge.predicate];
    if (EdgeList.minus(byName.cell(value), edge) == null) {
      byName.set(value, null);
      if (byName.presence == null && byName.values.isEmpty()) {
        names.remove(name);
      }
    }
  }

  /** Presence is chosen only where there is no value: most messages may have the name. */
  private int rarest(HeaderMatch match) {
    int best = 0;
    long least = Long.MAX_VALUE;
    for (int i = 0; i < match.names.length; i++) {
      ByName byName = names.get(match.names[i]);
      long size = byName == null ? 0 : EdgeList.size(byName.cell(match.values[i]));
      if (match.values[i] == null) {
        size += Integer.MAX_VALUE;
      }
      if (size < least) {
        least = size;
        best = i;
      }
    }
    return best;
  }

  private static HeaderMatch match(Edge edge) {
    HeaderMatch match = edge.match;
    if (match == null) {
      throw new AssertionError("a binding of a headers exchange without its predicates");
    }
    return match;
  }
}
