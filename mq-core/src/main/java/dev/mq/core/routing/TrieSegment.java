package dev.mq.core.routing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Some of the nodes of a trie, with open addressing. A node takes {@link #INTS} numbers in a row,
 * so that who finds it has all of it. One writer, any number of readers.
 *
 * <p>A node keeps its place for as long as the segment lives and leaves {@link #GONE} there, which
 * is never used again: a reader probes past it, and a place never changes its key. The key of a
 * node is written last. At least a quarter of the places is empty, so that probes end.
 */
final class TrieSegment {
  /** What a node has: the key, which is the parent's number and the word below it. */
  static final int PARENT = 0;

  static final int LOW = 1;
  static final int HIGH = 2;

  /** The number under which its children find it. */
  static final int ID = 3;

  /** What ends at the node, with one more {@code *}, and with one more {@code #}. */
  static final int LEAF = 4;

  static final int STAR_LEAF = 5;
  static final int REST_LEAF = 6;

  /** What goes on below the node, see {@link TopicTrie}. */
  static final int NEXT = 7;

  static final int INTS = 8;

  static final int GONE = -1;
  static final int LARGEST = 1 << 14;
  static final int SMALLEST = 4;

  private static final int CELLS = 3;
  private static final VarHandle INT = MethodHandles.arrayElementVarHandle(int[].class);
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(Object[].class);

  private final int[] ints;

  /** For the three leaves of a node what they stand for: cells, see {@link EdgeList}. */
  private final @Nullable Object[] cells;

  /** How many leading bits all hashes here have in common. */
  final int depth;

  private int used;
  private int live;

  TrieSegment(int depth, int places) {
    this.depth = depth;
    this.ints = new int[places * INTS];
    this.cells = new Object[places * CELLS];
  }

  static int hash(int parent, int low, int high) {
    int h = parent * 0xC2B2AE35 + (low ^ low >>> 15) * 0x9E3779B9 + high * 0x27D4EB2F;
    h = (h ^ h >>> 16) * 0x85EBCA6B;
    return h ^ h >>> 13;
  }

  /** Reads what {@link #find} found; a value that changes meanwhile may be the one before. */
  int get(int at, int field) {
    return ints[at + field];
  }

  void set(int at, int field, int value) {
    INT.setRelease(ints, at + field, value);
  }

  @Nullable Object cell(int at, int leaf) {
    return CELL.getAcquire(cells, cellIndex(at, leaf));
  }

  void cell(int at, int leaf, @Nullable Object cell) {
    CELL.setRelease(cells, cellIndex(at, leaf), cell);
  }

  int places() {
    return ints.length / INTS;
  }

  int live() {
    return live;
  }

  boolean isFull() {
    return (used + 1) * 4 > places() * 3;
  }

  boolean isTaken(int at) {
    return ints[at] > 0;
  }

  /** Fetches the place where a search begins, so that several fetches overlap. */
  int touch(int hash) {
    int at = start(hash);
    return ints[at] + ints[at + 2 * INTS - 1 & ints.length - 1];
  }

  /**
   * Returns where a node is, or -1.
   *
   * @param high {@link Words#LONG} for a word of {@code words} whose characters decide
   */
  int find(int hash, int parent, int low, int high, LongWords longs, Words words, int word) {
    int[] a = ints;
    for (int at = start(hash); ; at = at + INTS & a.length - 1) {
      int p = (int) INT.getAcquire(a, at);
      if (p == parent && a[at + LOW] == low) {
        int h = a[at + HIGH];
        if (h == high || (high == Words.LONG && h < 0 && longs.is(~h, words, word))) {
          return at;
        }
      }
      if (p == 0) {
        return -1;
      }
    }
  }

  /** Returns where a node of a known key is, or -1. */
  int find(int hash, int parent, int low, int high) {
    int[] a = ints;
    for (int at = start(hash); ; at = at + INTS & a.length - 1) {
      int p = (int) INT.getAcquire(a, at);
      if (p == parent && a[at + LOW] == low && a[at + HIGH] == high) {
        return at;
      }
      if (p == 0) {
        return -1;
      }
    }
  }

  /**
   * Adds a node that is not here yet and returns where.
   *
   * @param leaf what {@link #LEAF} begins with
   * @param rest what {@link #REST_LEAF} begins with
   */
  int insert(int hash, int parent, int low, int high, int id, int leaf, int rest) {
    int at = freePlace(hash);
    ints[at + LOW] = low;
    ints[at + HIGH] = high;
    ints[at + ID] = id;
    ints[at + LEAF] = leaf;
    ints[at + REST_LEAF] = rest;
    set(at, PARENT, parent);
    return at;
  }

  /** Adds a node as it is in another segment that is to be given up. */
  void insert(int hash, TrieSegment from, int other) {
    int at = freePlace(hash);
    System.arraycopy(from.ints, other + 1, ints, at + 1, INTS - 1);
    System.arraycopy(from.cells, other / INTS * CELLS, cells, at / INTS * CELLS, CELLS);
    set(at, PARENT, from.ints[other]);
  }

  void remove(int at) {
    set(at, PARENT, GONE);
    live--;
  }

  private int freePlace(int hash) {
    int at = start(hash);
    while (ints[at] != 0) {
      at = at + INTS & ints.length - 1;
    }
    used++;
    live++;
    return at;
  }

  private int start(int hash) {
    return hash * INTS & ints.length - 1;
  }

  private static int cellIndex(int at, int leaf) {
    return at / INTS * CELLS + leaf - LEAF;
  }
}
