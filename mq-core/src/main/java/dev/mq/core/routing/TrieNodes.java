package dev.mq.core.routing;

import java.util.Arrays;

/**
 * All nodes of a trie, by the number of the parent and the word below it: a directory of segments,
 * of which one at a time is made anew when it is full, so that no change takes long. One writer,
 * any number of readers.
 *
 * <p>A segment that was replaced stays as it was, apart from changes that were under way: a reader
 * still in it meets all that was there when it was replaced, and begins again when something was
 * removed since.
 */
final class TrieNodes {
  private static final int DEEPEST = 22;

  private volatile Directory directory =
      new Directory(0, new TrieSegment[] {new TrieSegment(0, TrieSegment.SMALLEST)});

  private int live;

  /** Which segment a hash is in: a segment is there for all hashes with its leading bits. */
  static final class Directory {
    private final TrieSegment[] segments;
    private final int depth;
    private final int shift;

    private Directory(int depth, TrieSegment[] segments) {
      this.segments = segments;
      this.depth = depth;
      this.shift = Integer.SIZE - 1 - depth;
    }

    TrieSegment segment(int hash) {
      return segments[hash >>> 1 >>> shift];
    }
  }

  /** Returns what leads to all nodes that are there now. */
  Directory directory() {
    return directory;
  }

  /** Returns the segment where a node is, if it is anywhere. */
  TrieSegment segment(int hash) {
    return directory.segment(hash);
  }

  int live() {
    return live;
  }

  /** Adds a node that is not here yet, see {@link TrieSegment#insert}. */
  void insert(int hash, int parent, int low, int high, int id, int leaf, int rest) {
    TrieSegment s = segment(hash);
    while (s.isFull()) {
      makeRoom(s, hash);
      s = segment(hash);
    }
    s.insert(hash, parent, low, high, id, leaf, rest);
    live++;
  }

  void remove(int hash, TrieSegment s, int at) {
    s.remove(at);
    live--;
    if (s.places() > TrieSegment.SMALLEST && s.live() < s.places() / 8) {
      TrieSegment smaller = new TrieSegment(s.depth, s.places() / 2);
      move(s, smaller, smaller);
      replace(hash, s.depth, smaller, smaller);
    }
  }

  /** Adds every word to a filter. */
  void fill(WordFilter filter) {
    TrieSegment last = null;
    for (TrieSegment s : directory.segments) {
      if (s != last) {
        for (int at = 0; at < s.places() * TrieSegment.INTS; at += TrieSegment.INTS) {
          if (s.isTaken(at)) {
            filter.add(s.get(at, TrieSegment.LOW), s.get(at, TrieSegment.HIGH));
          }
        }
      }
      last = s;
    }
  }

  private void makeRoom(TrieSegment s, int hash) {
    if (s.live() < s.places() / 2) {
      TrieSegment cleaned = new TrieSegment(s.depth, s.places());
      move(s, cleaned, cleaned);
      replace(hash, s.depth, cleaned, cleaned);
    } else if (s.places() < TrieSegment.LARGEST || s.depth == DEEPEST) {
      TrieSegment larger = new TrieSegment(s.depth, s.places() * 2);
      move(s, larger, larger);
      replace(hash, s.depth, larger, larger);
    } else {
      TrieSegment low = new TrieSegment(s.depth + 1, s.places());
      TrieSegment high = new TrieSegment(s.depth + 1, s.places());
      move(s, low, high);
      replace(hash, s.depth, low, high);
    }
  }

  private static void move(TrieSegment from, TrieSegment low, TrieSegment high) {
    for (int at = 0; at < from.places() * TrieSegment.INTS; at += TrieSegment.INTS) {
      if (from.isTaken(at)) {
        int hash = hashOf(from, at);
        boolean upper = (hash << from.depth) < 0;
        (upper ? high : low).insert(hash, from, at);
      }
    }
  }

  private static int hashOf(TrieSegment s, int at) {
    int high = s.get(at, TrieSegment.HIGH);
    return TrieSegment.hash(
        s.get(at, TrieSegment.PARENT), s.get(at, TrieSegment.LOW), high < 0 ? Words.LONG : high);
  }

  /** Puts two segments, perhaps the same, where one of a depth was. */
  private void replace(int hash, int depth, TrieSegment low, TrieSegment high) {
    Directory d = directory;
    TrieSegment[] segments = d.segments.clone();
    int bits = d.depth;
    if (low.depth > bits) {
      bits++;
      segments = new TrieSegment[1 << bits];
      for (int i = 0; i < segments.length; i++) {
        segments[i] = d.segments[i / 2];
      }
    }
    int length = 1 << (bits - depth);
    int first = (hash >>> 1 >>> (Integer.SIZE - 1 - depth)) * length;
    Arrays.fill(segments, first, first + length / 2, low);
    Arrays.fill(segments, first + length / 2, first + length, high);
    directory = new Directory(bits, segments);
  }
}
