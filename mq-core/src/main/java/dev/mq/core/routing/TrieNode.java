package dev.mq.core.routing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A node of a {@link TopicTrie}: what follows one word of the patterns above it. One writer, any
 * number of readers.
 *
 * <p>A child keeps its slot for as long as the table lives and leaves {@link #GONE} there, so that
 * readers probe past it. At least a third of the slots is empty, so that probes end.
 */
final class TrieNode {
  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(TrieNode[].class);
  private static final TrieNode GONE = new TrieNode("", -1);
  private static final int SMALLEST = 4;

  final String word;
  final int hash;

  /**
   * The number under which a route marks this {@code #} as expanded, or -1 where no route can come
   * here twice.
   */
  final int mark;

  /** What follows {@code *} and {@code #} at this place. */
  volatile @Nullable TrieNode star;

  volatile @Nullable TrieNode rest;

  /** The bindings whose pattern ends here: a cell, see {@link EdgeList}. */
  volatile @Nullable Object leaf;

  /** Null, the only child, or a table of children with open addressing. */
  private volatile @Nullable Object children;

  private int used;
  private int live;

  TrieNode(String word, int mark) {
    this.word = word;
    this.hash = word.hashCode();
    this.mark = mark;
  }

  boolean isEmpty() {
    return live == 0 && star == null && rest == null && leaf == null;
  }

  /** Returns whether something may follow besides the end of the key. */
  boolean hasNext() {
    return children != null || star != null;
  }

  /** Returns the child for a word of a routing key. */
  @Nullable TrieNode child(Words words, int word) {
    Object c = children;
    if (c == null) {
      return null;
    }
    int wanted = words.hash(word);
    if (c instanceof TrieNode only) {
      return only.hash == wanted && words.is(word, only.word) ? only : null;
    }
    TrieNode[] table = (TrieNode[]) c;
    int mask = table.length - 1;
    for (int i = start(wanted, mask); ; i = (i + 1) & mask) {
      TrieNode node = (TrieNode) SLOT.getAcquire(table, i);
      if (node == null) {
        return null;
      }
      if (node.hash == wanted && node != GONE && words.is(word, node.word)) {
        return node;
      }
    }
  }

  /** Returns the child for a word of a pattern; for the writer. */
  @Nullable TrieNode child(String wanted) {
    Object c = children;
    if (c instanceof TrieNode only) {
      return only.word.equals(wanted) ? only : null;
    }
    if (c == null) {
      return null;
    }
    TrieNode[] table = (TrieNode[]) c;
    int at = find(table, wanted);
    return at < 0 ? null : table[at];
  }

  void add(TrieNode child) {
    Object c = children;
    live++;
    if (c == null) {
      children = child;
      return;
    }
    TrieNode[] table;
    if (c instanceof TrieNode only) {
      table = new TrieNode[SMALLEST];
      used = 0;
      insert(table, only);
      insert(table, child);
      children = table;
      return;
    }
    table = (TrieNode[]) c;
    if ((used + 1) * 3 > table.length * 2) {
      table = rebuilt(table, tableLength(live));
      insert(table, child);
      children = table;
    } else {
      insert(table, child);
    }
  }

  void remove(TrieNode child) {
    live--;
    Object c = children;
    if (c == child) {
      children = null;
      return;
    }
    TrieNode[] table = (TrieNode[]) c;
    int at = table == null ? -1 : find(table, child.word);
    if (table == null || at < 0) {
      throw new AssertionError("no such child");
    }
    SLOT.setRelease(table, at, GONE);
    if (live == 0) {
      children = null;
    } else if (table.length > SMALLEST && live < table.length / 8) {
      children = rebuilt(table, tableLength(live));
    }
  }

  private static int start(int hash, int mask) {
    return (hash * 0x9E3779B9 >>> 7) & mask;
  }

  /** Half full after a rebuild at most, so that the next one is a while away. */
  private static int tableLength(int children) {
    return Math.max(SMALLEST, Integer.highestOneBit(children * 2 - 1) * 2);
  }

  private static int find(TrieNode[] table, String wanted) {
    int mask = table.length - 1;
    for (int i = start(wanted.hashCode(), mask); table[i] != null; i = (i + 1) & mask) {
      if (table[i] != GONE && table[i].word.equals(wanted)) {
        return i;
      }
    }
    return -1;
  }

  private void insert(TrieNode[] table, TrieNode child) {
    int mask = table.length - 1;
    int i = start(child.hash, mask);
    while (table[i] != null) {
      i = (i + 1) & mask;
    }
    used++;
    SLOT.setRelease(table, i, child);
  }

  private TrieNode[] rebuilt(TrieNode[] old, int length) {
    TrieNode[] fresh = new TrieNode[length];
    used = 0;
    for (TrieNode node : old) {
      if (node != null && node != GONE) {
        insert(fresh, node);
      }
    }
    return fresh;
  }
}
