package dev.mq.core.routing;

import java.util.BitSet;

/**
 * Hands out small numbers for what a route marks as seen, so that the marks are an array. Used by
 * the one writer only.
 *
 * <p>A number freed while a route runs may mean two things in that route. That is harmless: the
 * second thing was made during the route, which then may miss it.
 */
final class IndexPool {
  private final BitSet free = new BitSet();
  private int end;
  private int lowestFree;

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
    lowestFree = Math.min(lowestFree, index);
  }
}
