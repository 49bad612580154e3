package dev.mq.core.routing;

import java.util.Arrays;

/**
 * The words of one routing key: where each ends, and its hash, which is that of {@link
 * String#hashCode}. Reused for every message; no word is ever copied. The empty key has no words,
 * and {@code a..b} has three.
 */
final class Words {
  private String text = "";
  private int count;
  private int[] ends = new int[16];
  private int[] hashes = new int[16];

  void split(String routingKey) {
    text = routingKey;
    count = 0;
    int length = routingKey.length();
    if (length == 0) {
      return;
    }
    int hash = 0;
    for (int i = 0; i < length; i++) {
      char c = routingKey.charAt(i);
      if (c == '.') {
        end(i, hash);
        hash = 0;
      } else {
        hash = 31 * hash + c;
      }
    }
    end(length, hash);
  }

  int count() {
    return count;
  }

  int hash(int word) {
    return hashes[word];
  }

  boolean is(int word, String other) {
    int from = word == 0 ? 0 : ends[word - 1] + 1;
    int length = ends[word] - from;
    return other.length() == length && text.startsWith(other, from);
  }

  private void end(int at, int hash) {
    if (count == ends.length) {
      ends = Arrays.copyOf(ends, count * 2);
      hashes = Arrays.copyOf(hashes, count * 2);
    }
    ends[count] = at;
    hashes[count++] = hash;
  }
}
