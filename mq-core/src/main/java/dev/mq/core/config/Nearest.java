package dev.mq.core.config;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Finds what somebody who mistyped probably meant. */
public final class Nearest {
  private Nearest() {}

  /**
   * Returns the candidate that takes the fewest edits to become {@code text}, the first of equals;
   * null when there is none.
   */
  public static @Nullable String of(String text, Collection<String> candidates) {
    String best = null;
    int least = Integer.MAX_VALUE;
    for (String c : candidates) {
      int d = distance(text, c);
      if (d < least) {
        least = d;
        best = c;
      }
    }
    return best;
  }

  /**
   * Returns how many characters to insert, delete, replace or swap with their neighbour make one
   * text the other.
   */
  static int distance(String a, String b) {
    int[] beforeLast = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        row[j] = Math.min(last[j - 1] + (same ? 0 : 1), 1 + Math.min(last[j], row[j - 1]));
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        if (swapped) {
          row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
        }
      }
      int[] free = beforeLast;
      beforeLast = last;
      last = row;
      row = free;
    }
    return last[b.length()];
  }
}
