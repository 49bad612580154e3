package dev.mq.core.routing;

import java.util.Arrays;

/**
 * The words of one routing key or pattern, each as two numbers that tables compare. Reused for
 * every message; no word is ever copied. The empty key has no words, and {@code a..b} has three.
 *
 * <p>A word of at most {@link #SHORT} characters below 256 is wholly in its numbers: the characters
 * and, in the highest byte, their count. Any other has its hash in {@link #low} and {@link #LONG}
 * in {@link #high}, and equal numbers do not mean equal words.
 */
final class Words {
  /** The second number of every word that its numbers do not hold. */
  static final int LONG = -1;

  private static final int SHORT = 7;

  private String text = "";
  private int count;
  private int[] ends = new int[16];
  private int[] lows = new int[16];
  private int[] highs = new int[16];

  void split(String routingKey) {
    text = routingKey;
    count = 0;
    int length = routingKey.length();
    if (length == 0) {
      return;
    }
    long packed = 0;
    int all = 0;
    int from = 0;
    for (int i = 0; i < length; i++) {
      char c = routingKey.charAt(i);
      if (c == '.') {
        end(from, i, packed, all);
        packed = 0;
        all = 0;
        from = i + 1;
      } else {
        packed = packed << 8 | c;
        all |= c;
      }
    }
    end(from, length, packed, all);
  }

  int count() {
    return count;
  }

  int low(int word) {
    return lows[word];
  }

  int high(int word) {
    return highs[word];
  }

  boolean isStar(int word) {
    return lows[word] == '*' && highs[word] == 1 << 24;
  }

  boolean isHash(int word) {
    return lows[word] == '#' && highs[word] == 1 << 24;
  }

  String text(int word) {
    return text.substring(start(word), ends[word]);
  }

  /** Returns whether a word has the characters of {@code pool} from {@code at} on. */
  boolean is(int word, char[] pool, int at, int length) {
    int from = start(word);
    if (ends[word] - from != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (text.charAt(from + i) != pool[at + i]) {
        return false;
      }
    }
    return true;
  }

  private int start(int word) {
    return word == 0 ? 0 : ends[word - 1] + 1;
  }

  private void end(int from, int to, long packed, int all) {
    int n = count;
    if (n == ends.length) {
      ends = Arrays.copyOf(ends, n * 2);
      lows = Arrays.copyOf(lows, n * 2);
      highs = Arrays.copyOf(highs, n * 2);
    }
    ends[n] = to;
    if (to - from <= SHORT && all < 256) {
      lows[n] = (int) packed;
      highs[n] = (int) (packed >>> 32) | (to - from) << 24;
    } else {
      lows[n] = hash(from, to);
      highs[n] = LONG;
    }
    count = n + 1;
  }

  private int hash(int from, int to) {
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + text.charAt(i);
    }
    return hash;
  }
}
