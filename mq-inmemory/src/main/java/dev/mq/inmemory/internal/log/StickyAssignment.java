package dev.mq.inmemory.internal.log;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;

/** Spreads partitions evenly over members and moves as few as possible. */
final class StickyAssignment {
  private StickyAssignment() {}

  /**
   * Returns the member of each partition. Numbers of partitions differ by one at most; a partition
   * stays where it is unless its member has too many.
   *
   * @param current the member of each partition, or -1
   * @param members how many members there are; without any all partitions have -1
   */
  static int[] assign(int[] current, int members) {
    int[] result = new int[current.length];
    Arrays.fill(result, -1);
    if (members == 0) {
      return result;
    }
    int[] has = new int[members];
    for (int m : current) {
      if (m >= 0) {
        has[m]++;
      }
    }
    int[] quota = quotas(has, current.length);
    Deque<Integer> free = new ArrayDeque<>();
    int[] given = new int[members];
    for (int p = 0; p < current.length; p++) {
      int m = current[p];
      if (m >= 0 && given[m] < quota[m]) {
        result[p] = m;
        given[m]++;
      } else {
        free.add(p);
      }
    }
    for (int m = 0; m < members; m++) {
      while (given[m] < quota[m]) {
        result[free.remove()] = m;
        given[m]++;
      }
    }
    return result;
  }

  /** Returns how many partitions each member gets; one more goes to those who have most. */
  private static int[] quotas(int[] has, int partitions) {
    int[] quota = new int[has.length];
    Arrays.fill(quota, partitions / has.length);
    List<Integer> richestFirst =
        IntStream.range(0, has.length).boxed().sorted(Comparator.comparing(m -> -has[m])).toList();
    for (int i = 0; i < partitions % has.length; i++) {
      quota[richestFirst.get(i)]++;
    }
    return quota;
  }
}
