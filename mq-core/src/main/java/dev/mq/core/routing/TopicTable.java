package dev.mq.core.routing;

import dev.mq.api.Headers;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Bindings by pattern: literal ones by key, the others in a trie with a cache of its answers before
 * it.
 */
final class TopicTable implements BindingTable {
  private final DirectTable literals = new DirectTable();
  private final TopicTrie trie;

  /**
   * Changed after every change of the trie, by the writer; what was found in an earlier generation
   * is not used again.
   */
  private final AtomicLong generation = new AtomicLong();

  private volatile @Nullable RouteCache cache;

  TopicTable(IndexPool marks) {
    this.trie = new TopicTrie(marks);
  }

  @Override
  public void add(Edge edge) {
    String pattern = edge.binding.key();
    if (isLiteral(pattern)) {
      literals.add(edge);
      return;
    }
    if (cache == null) {
      cache = new RouteCache();
    }
    trie.add(pattern, edge);
    generation.incrementAndGet();
  }

  @Override
  public void remove(Edge edge) {
    String pattern = edge.binding.key();
    if (isLiteral(pattern)) {
      literals.remove(edge);
      return;
    }
    trie.remove(pattern, edge);
    generation.incrementAndGet();
  }

  @Override
  public void match(String routingKey, Headers headers, RouteResult out) {
    literals.match(routingKey, headers, out);
    RouteCache c = cache;
    if (c == null || trie.isEmpty()) {
      return;
    }
    if (out.trace() != null) {
      out.walk(routingKey).match(trie, out);
      return;
    }
    boolean sampled = out.tick(RouteCache.SAMPLING);
    if (c.isBypassed()) {
      if (sampled) {
        c.sample(false);
      }
      out.walk(routingKey).match(trie, out);
      return;
    }
    long g = generation.get();
    Node[] known = c.find(routingKey, g);
    if (sampled) {
      c.sample(known != null);
    }
    if (known != null) {
      for (Node target : known) {
        out.acceptKnown(target);
      }
      return;
    }
    out.startCapture();
    out.walk(routingKey).match(trie, out);
    Node[] found = out.endCapture(RouteCache.LONGEST);
    if (found != null) {
      c.keep(routingKey, g, found);
    }
  }

  /**
   * A key without a wildcard; one with {@code *} inside a word goes to the trie too, which is right
   * and rare.
   */
  private static boolean isLiteral(String pattern) {
    return pattern.indexOf('*') < 0 && pattern.indexOf('#') < 0;
  }
}
