package dev.mq.core.routing;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The words of patterns that do not fit into two numbers: each once, in one array, known by its
 * place there. One writer, any number of readers.
 *
 * <p>The place of a word that nobody uses any more goes to another of the same length. A reader
 * that meanwhile compares with it may be wrong; it met a removal and begins again.
 */
final class LongWords {
  /** At each place the length of the word, then its characters. Place 0 is never used. */
  private volatile char[] pool = new char[64];

  private int end = 1;
  private final Map<String, Use> uses = new HashMap<>();
  private final Map<Integer, Deque<Integer>> free = new HashMap<>();

  private static final class Use {
    final int place;
    int count;

    Use(int place) {
      this.place = place;
    }
  }

  /** Returns whether a word of a key is the one at a place. */
  boolean is(int place, Words words, int word) {
    char[] p = pool;
    return words.is(word, p, place + 1, p[place]);
  }

  /** Returns the place of a word, or 0; for the writer. */
  int find(String word) {
    Use use = uses.get(word);
    return use == null ? 0 : use.place;
  }

  /** Counts one more use of a word and returns its place. */
  int acquire(String word) {
    Use use = uses.get(word);
    if (use == null) {
      use = new Use(place(word));
      uses.put(word, use);
    }
    use.count++;
    return use.place;
  }

  void release(int place) {
    String word = new String(pool, place + 1, pool[place]);
    Use use = uses.get(word);
    if (use == null) {
      throw new AssertionError("no such word");
    }
    if (--use.count == 0) {
      uses.remove(word);
      free.computeIfAbsent(word.length(), n -> new ArrayDeque<>()).push(place);
    }
  }

  private int place(String word) {
    int length = word.length();
    @Nullable Deque<Integer> places = free.get(length);
    Integer known = places == null ? null : places.poll();
    int place = known == null ? end : known;
    char[] p = pool;
    if (known == null) {
      end += 1 + length;
      if (end > p.length) {
        p = Arrays.copyOf(p, Math.max(end, p.length * 2));
      }
    }
    p[place] = (char) length;
    word.getChars(0, length, p, place + 1);
    pool = p;
    return place;
  }
}
