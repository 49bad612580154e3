package dev.mq.core.log;

import dev.mq.api.Positions;
import java.util.OptionalLong;

/** Checks positions against what a log holds. */
final class StartPositions {
  private StartPositions() {}

  /**
   * Throws {@code OUT_OF_RANGE} unless the log has the partition and the offset lies in it or at
   * its end (B-10).
   */
  static void check(
      String operation,
      String address,
      int partition,
      long offset,
      Positions begin,
      Positions end) {
    OptionalLong last = end.offset(partition);
    long first = begin.offset(partition).orElse(0);
    if (last.isEmpty()) {
      throw LogAccess.outOfRange(
          operation + " " + address + ": there is no partition " + partition);
    }
    if (offset < first || offset > last.getAsLong()) {
      throw LogAccess.outOfRange(
          operation
              + " "
              + address
              + " partition "
              + partition
              + ": offset "
              + offset
              + " is not in "
              + first
              + " to "
              + last.getAsLong());
    }
  }
}
