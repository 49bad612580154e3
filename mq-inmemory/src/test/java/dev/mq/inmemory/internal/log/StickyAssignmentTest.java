package dev.mq.inmemory.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StickyAssignmentTest {
  @Test
  void sharesDifferByOneAtMostAndNoMoreMovesThanBalanceNeeds() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 5000; i++) {
      int members = 1 + random.nextInt(8);
      int[] current = new int[random.nextInt(40)];
      Arrays.setAll(current, p -> random.nextInt(members + 1) - 1);
      int[] next = StickyAssignment.assign(current, members);
      int floor = current.length / members;
      int moved = 0;
      int least = 0;
      int extras = current.length % members;
      int[] had = new int[members];
      for (int p = 0; p < current.length; p++) {
        if (current[p] >= 0) {
          had[current[p]]++;
          moved += next[p] == current[p] ? 0 : 1;
        }
      }
      for (int m = 0; m < members; m++) {
        int of = m;
        long has = Arrays.stream(next).filter(x -> x == of).count();
        assertThat(has).as("seed %s, round %s", seed, i).isBetween((long) floor, floor + 1L);
        least += Math.max(0, had[m] - floor);
      }
      int canKeepOneMore =
          (int) IntStream.range(0, members).filter(m -> had[m] > floor).limit(extras).count();
      assertThat(moved).as("seed %s, round %s", seed, i).isEqualTo(least - canKeepOneMore);
    }
  }

  @Test
  void withoutMembersNobodyHasAnything() {
    assertThat(StickyAssignment.assign(new int[] {0, -1}, 0)).containsExactly(-1, -1);
  }
}
