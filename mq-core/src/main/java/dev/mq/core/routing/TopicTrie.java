package dev.mq.core.routing;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Topic patterns with wildcards, word by word. One writer, any number of readers; {@link
 * TopicWalk} reads.
 *
 * <p>A node stands for the words of a pattern so far. What ends at a node, with a last {@code *} or
 * with a last {@code #} is in the node itself; nodes for {@code *} and {@code #} are there only
 * where patterns go on behind them. The latter keep in place of their leaves the number under which
 * a route marks them, and how many words may follow, which removals do not narrow.
 */
final class TopicTrie {
  /** In {@link TrieSegment#NEXT}: whether there is a node for each wildcard; above, words. */
  static final int STAR = 1;

  static final int REST = 2;
  static final int WORDS_SHIFT = 2;

  /** The word of a node for a wildcard: no word has so high a number. */
  static final int STAR_WORD = 8 << 24;

  static final int REST_WORD = 9 << 24;

  /** A node for {@code #}: its number for marks plus one, or 0 where no route comes twice. */
  static final int MARK = TrieSegment.LEAF;

  /**
   * A node for {@code #}: the least number of words that follow, and, in the low half, the most.
   */
  static final int WINDOW = TrieSegment.REST_LEAF;

  static final int UNBOUNDED = 0xFFFF;

  /** A leaf that is neither absent nor the one queue whose mark, plus one, it holds. */
  static final int MANY = -1;

  private static final int ROOT_ID = 1;

  final TrieNodes nodes = new TrieNodes();
  final LongWords longs = new LongWords();
  final TrieSegment root = new TrieSegment(0, TrieSegment.SMALLEST);
  final int rootAt = root.insert(0, Integer.MAX_VALUE, 0, 0, ROOT_ID, 0, 0);
  final IndexPool marks;
  private final IndexPool ids = new IndexPool();
  private final Words words = new Words();
  private volatile WordFilter filter = new WordFilter(TrieSegment.SMALLEST);

  TopicTrie(IndexPool marks) {
    this.marks = marks;
  }

  /** The key of a node on the way of a pattern. A change may move the node, not its key. */
  private record Step(@Nullable Step parent, int id, int hash, int low, int high) {}

  /** Where a leaf is. */
  private record End(Step node, int leaf) {}

  boolean isEmpty() {
    return isEmpty(root, rootAt, false);
  }

  WordFilter filter() {
    return filter;
  }

  void add(String pattern, Edge edge) {
    End end = end(pattern, true);
    TrieSegment s = segment(end.node);
    int at = find(s, end.node);
    Object cell = EdgeList.plus(s.cell(at, end.leaf), edge);
    s.cell(at, end.leaf, cell);
    s.set(at, end.leaf, cell instanceof Edge && edge.queue != null ? edge.queue.mark + 1 : MANY);
  }

  void remove(String pattern, Edge edge) {
    End end = end(pattern, false);
    TrieSegment s = segment(end.node);
    int at = find(s, end.node);
    Object cell = EdgeList.minus(s.cell(at, end.leaf), edge);
    if (cell == null) {
      s.set(at, end.leaf, 0);
      s.cell(at, end.leaf, null);
      prune(end.node);
    }
  }

  private End end(String pattern, boolean create) {
    words.split(pattern);
    int[] path = path();
    Step node = new Step(null, ROOT_ID, 0, 0, 0);
    boolean belowHash = false;
    for (int i = 0; i < path.length; i++) {
      boolean last = i == path.length - 1;
      boolean hash = words.isHash(path[i]);
      if (last && hash) {
        return new End(node, TrieSegment.REST_LEAF);
      }
      if (last && words.isStar(path[i])) {
        return new End(node, TrieSegment.STAR_LEAF);
      }
      Step next = child(node, path[i]);
      if (next.id == 0) {
        if (!create) {
          throw new AssertionError("a listed binding is not in the trie");
        }
        next = insert(next, path[i], hash && belowHash);
      }
      if (hash && create) {
        widen(next, path, i + 1);
      }
      belowHash |= hash;
      node = next;
    }
    return new End(node, TrieSegment.LEAF);
  }

  /** The words of the pattern; neighbouring {@code #} are one. */
  private int[] path() {
    int[] path = new int[words.count()];
    int n = 0;
    for (int i = 0; i < path.length; i++) {
      if (i == 0 || !words.isHash(i) || !words.isHash(i - 1)) {
        path[n++] = i;
      }
    }
    return Arrays.copyOf(path, n);
  }

  /** The key of a child; with number 0 when there is no such child. */
  private Step child(Step parent, int word) {
    int low = 0;
    int high;
    if (words.isHash(word)) {
      high = REST_WORD;
    } else if (words.isStar(word)) {
      high = STAR_WORD;
    } else {
      low = words.low(word);
      high = words.high(word);
    }
    int hash = TrieSegment.hash(parent.id, low, high);
    if (high == Words.LONG) {
      high = ~longs.find(words.text(word));
    }
    Step key = new Step(parent, 0, hash, low, high);
    TrieSegment s = segment(key);
    int at = find(s, key);
    return at < 0 ? key : new Step(parent, s.get(at, TrieSegment.ID), hash, low, high);
  }

  private Step insert(Step key, int word, boolean marked) {
    Step parent = requireNonNull(key.parent);
    int high = key.high < 0 ? ~longs.acquire(words.text(word)) : key.high;
    int id = ROOT_ID + 1 + ids.take();
    Step node = new Step(parent, id, key.hash, key.low, high);
    boolean rest = high == REST_WORD;
    int leaf = rest && marked ? marks.take() + 1 : 0;
    nodes.insert(key.hash, parent.id, key.low, high, id, leaf, rest ? UNBOUNDED << 16 : 0);
    note(node);
    change(parent, next(high), 1);
    return node;
  }

  private void note(Step node) {
    WordFilter f = filter;
    if (f.isFull()) {
      f = new WordFilter(nodes.live() * 2);
      nodes.fill(f);
      filter = f;
    } else {
      f.add(node.low, node.high);
    }
  }

  /** Lets more words follow a {@code #} when the pattern has more or fewer than those before. */
  private void widen(Step rest, int[] path, int from) {
    int least = 0;
    boolean bounded = true;
    for (int i = from; i < path.length; i++) {
      boolean hash = words.isHash(path[i]);
      least += hash ? 0 : 1;
      bounded &= !hash;
    }
    TrieSegment s = segment(rest);
    int at = find(s, rest);
    int window = s.get(at, WINDOW);
    int min = Math.min(window >>> 16, least);
    int max = Math.max(window & UNBOUNDED, bounded ? least : UNBOUNDED);
    s.set(at, WINDOW, min << 16 | max);
  }

  private void prune(Step end) {
    Step node = end;
    while (node.parent != null) {
      TrieSegment s = segment(node);
      int at = find(s, node);
      boolean rest = node.high == REST_WORD;
      if (!isEmpty(s, at, rest)) {
        return;
      }
      if (rest && s.get(at, MARK) > 0) {
        marks.free(s.get(at, MARK) - 1);
      }
      change(node.parent, next(node.high), -1);
      nodes.remove(node.hash, s, at);
      if (node.high < 0) {
        longs.release(~node.high);
      }
      ids.free(node.id - ROOT_ID - 1);
      node = node.parent;
    }
  }

  private void change(Step parent, int next, int by) {
    TrieSegment s = segment(parent);
    int at = find(s, parent);
    s.set(at, TrieSegment.NEXT, s.get(at, TrieSegment.NEXT) + by * next);
  }

  private static int next(int high) {
    return high == STAR_WORD ? STAR : high == REST_WORD ? REST : 1 << WORDS_SHIFT;
  }

  private static boolean isEmpty(TrieSegment s, int at, boolean rest) {
    return s.get(at, TrieSegment.NEXT) == 0
        && s.get(at, TrieSegment.STAR_LEAF) == 0
        && (rest || (s.get(at, TrieSegment.LEAF) | s.get(at, TrieSegment.REST_LEAF)) == 0);
  }

  private TrieSegment segment(Step node) {
    return node.parent == null ? root : nodes.segment(node.hash);
  }

  private int find(TrieSegment s, Step node) {
    return node.parent == null ? rootAt : s.find(node.hash, node.parent.id, node.low, node.high);
  }
}
