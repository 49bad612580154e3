package dev.mq.core.routing;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Hands out small numbers for what a route marks as seen, so that the marks are an array, and knows
 * the queues by their numbers. One writer; any number of threads look up queues.
 *
 * <p>A number freed while a route runs may mean two things in that route. That is harmless: the
 * second thing was made during the route, which then may miss it, and a route that met the removal
 * is done again.
 */
final class IndexPool {
  private final BitSet free = new BitSet();
  private int end;
  private int lowestFree;
  private volatile @Nullable QueueNode[] queues = new QueueNode[16];

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
    @Nullable QueueNode[] q = queues;
    if (index < q.length) {
      q[index] = null;
    }
    lowestFree = Math.min(lowestFree, index);
  }

  /** Makes a queue known under its number; before any binding leads to it. */
  void name(QueueNode queue) {
    @Nullable QueueNode[] q = queues;
    if (queue.mark >= q.length) {
      q = Arrays.copyOf(q, Math.max(queue.mark + 1, q.length * 2));
    }
    q[queue.mark] = queue;
    queues = q;
  }

  /** Returns the queue of a number, or null when it went meanwhile. */
  @Nullable QueueNode queue(int mark) {
    @Nullable QueueNode[] q = queues;
    return mark < q.length ? q[mark] : null;
  }
}
