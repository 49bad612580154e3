package dev.mq.core.routing;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Hands out small numbers for what a route marks as seen, so that the marks are an array, and knows
 * the nodes by their numbers. One writer; any number of threads look up nodes.
 *
 * <p>A number freed while a route runs may mean two things in that route. That is harmless: the
 * second thing was made during the route, which then may miss it, and a route that met the removal
 * is done again.
 */
final class IndexPool {
  private final BitSet free = new BitSet();
  private int end;
  private int lowestFree;
  private volatile @Nullable Node[] nodes = new Node[16];

  int take() {
    int index = free.nextSetBit(lowestFree);
    if (index < 0) {
      lowestFree = end;
      return end++;
    }
    free.clear(index);
    lowestFree = index;
    return index;
  }

  void free(int index) {
    free.set(index);
    @Nullable Node[] n = nodes;
    if (index < n.length) {
      n[index] = null;
    }
    lowestFree = Math.min(lowestFree, index);
  }

  /** Makes a node known under its number; before any binding leads to it. */
  void name(Node node) {
    @Nullable Node[] n = nodes;
    if (node.mark >= n.length) {
      n = Arrays.copyOf(n, Math.max(node.mark + 1, n.length * 2));
    }
    n[node.mark] = node;
    nodes = n;
  }

  /** Returns the node of a number, or null when it went meanwhile. */
  @Nullable Node node(int mark) {
    @Nullable Node[] n = nodes;
    return mark < n.length ? n[mark] : null;
  }
}
